import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type SimulatedListener, simulate } from '../listener-simulation.ts';
import { crowd, flood, listener, START_MS } from '../syn-flood/scenarios.ts';
import { synFlood } from '../syn-flood/syn-flood.ts';
import { listenerOverload } from './listener-overload.ts';

const detectors = [synFlood, listenerOverload];

const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });

function run(spec: SimulatedListener, forMs: number) {
  return simulate(
    new DetectorSet({ context: detectorContext({ nameAddress }), detectors }),
    [spec],
    START_MS,
    START_MS + forMs,
  );
}

const slow = { backlog: 8, acceptsPerSecond: 20 };

describe('listener-overload', () => {
  it('reports a slow acceptor once its clients have waited 3 s, low and without a source', () => {
    const found = run(listener([crowd(400, START_MS + 1000, 8000, 20)], slow), 10_000);
    const first = found[0];
    assert.ok(first !== undefined);
    assert.ok(first.atMs - START_MS >= 4000 && first.atMs - START_MS <= 6000);
    assert.equal(first.finding.severity, 'low');
    assert.equal(first.finding.source, null);
    assert.equal(first.finding.target?.port, 8080);
    assert.ok(first.finding.evidence.observed >= first.finding.evidence.threshold);
    assert.match(first.finding.suggestion, /backlog/);
  });

  it('reports a handful of clients that keep retransmitting, although few first SYNs come', () => {
    const stuck = listener([crowd(18, START_MS + 1000, 1000, 20), crowd(4, START_MS + 2000, 6000, 20)], {
      backlog: 8,
      acceptsPerSecond: 1,
    });
    assert.ok(run(stuck, 9000).length > 0);
  });

  it('is silent while the application keeps up, and for a queue that was full for a moment', () => {
    assert.deepEqual(run(listener([crowd(400, START_MS, 8000, 20)]), 9000), []);
    const burst = listener([crowd(400, START_MS + 1000, 300, 20)], { backlog: 8, acceptsPerSecond: 200 });
    assert.deepEqual(run(burst, 9000), []);
  });

  it('leaves invented sources at a full queue to syn-flood', () => {
    const hidden = listener([crowd(100, START_MS, 1000, 5), flood(3000, START_MS + 1000, 8000)], {
      backlog: 8,
      acceptsPerSecond: 0,
    });
    const rules = new Set(
      run(hidden, 10_000)
        .filter(({ atMs }) => atMs > START_MS + 6000)
        .map(({ finding }) => finding.rule),
    );
    assert.deepEqual([...rules], ['syn-flood']);
  });

  it('stays the answer when the sources are known here, though they do not retransmit', () => {
    const known = (ip: string): Endpoint => ({ ip, kind: 'pod', namespace: 'a', pod: ip });
    const set = new DetectorSet({ context: detectorContext({ nameAddress: known }), detectors });
    const hung = listener([{ ...crowd(400, START_MS + 1000, 8000, 20), retransmits: false }], {
      backlog: 8,
      acceptsPerSecond: 0,
    });
    const rules = new Set(simulate(set, [hung], START_MS, START_MS + 10_000).map(({ finding }) => finding.rule));
    assert.deepEqual([...rules], ['listener-overload']);
  });

  it('ends when the application has caught up', () => {
    const found = run(listener([crowd(400, START_MS + 1000, 5000, 20)], slow), 16_000);
    assert.ok((found.at(-1)?.atMs ?? 0) < START_MS + 14_000);
  });
});
