import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connection, inOrder, probe, world } from '../../contacts/simulated-contacts.ts';
import type { Endpoint } from '../../endpoint.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { portScan } from './port-scan.ts';
import { outsider, strangers, web } from './scenarios.ts';

const PORTS = 10;

function run(seen: readonly Seen[]): Found[] {
  const set = new DetectorSet({
    context: detectorContext({ nameAddress: (ip: string): Endpoint => world(ip) }),
    detectors: [portScan],
    settings: { 'port-scan': { mode: 'alert', parameters: { outsidePorts: PORTS } } },
  });
  return play(set, seen, START_MS + 60_000);
}

/** The nth port of a scan, as the kernel folds it: distinct ports so far. */
function nth(n: number, everyMs: number, from = outsider): Seen {
  const atMs = START_MS + n * everyMs;
  return probe({ atMs, from, to: web, shapes: { syn: 1 }, distinctPorts: n + 1, lastPort: 20 + n, firstMs: START_MS });
}

/** One SYN each, of many. */
function spoofed(count: number, overMs: number): Seen[] {
  return Array.from({ length: count }, (_, index) => strangers(index, START_MS + (index * overMs) / count)[0] as Seen);
}

describe('the first port of a pair', () => {
  it('is held without a state, and counts from the second on: the tenth of ten ports is the alert', () => {
    const scan = Array.from({ length: PORTS }, (_, n) => nth(n, 1000));
    assert.deepEqual(run(scan.slice(0, -1)), []);
    const { finding } = run(scan)[0] as Found;
    assert.equal(finding.evidence.observed, PORTS);
    assert.deepEqual([finding.evidence.firstPort, finding.evidence.lastPort], [20, 29]);
  });

  it('is not lost in a flood of sources that come once', () => {
    const seen = inOrder(
      Array.from({ length: PORTS }, (_, n) => nth(n, 500)),
      spoofed(8000, 5000),
    );
    const found = run(seen);
    assert.deepEqual([...new Set(found.map(({ finding }) => finding.source?.ip))], [outsider.ip]);
  });

  it('is no scan by itself, however often it comes', () => {
    const again = Array.from({ length: 200 }, (_, n) =>
      probe({ atMs: START_MS + n * 100, from: outsider, to: web, shapes: { syn: 3 }, distinctPorts: 1, lastPort: 25 }),
    );
    assert.deepEqual(run(again), []);
  });

  it('stays one where the kernel cannot tell two ports apart, or other ports are open', () => {
    const alternating = Array.from({ length: 60 }, (_, n) =>
      probe({
        ...{ atMs: START_MS + n * 1000, from: outsider, to: web, shapes: { syn: 1 } },
        ...{ distinctPorts: 1, lastPort: n % 2 === 0 ? 135 : 389, firstMs: START_MS },
      }),
    );
    assert.deepEqual(run(alternating), []);
    const retried = Array.from({ length: 20 }, (_, n) =>
      probe({
        ...{ atMs: START_MS + n * 1000, from: outsider, to: web, shapes: { syn: 1 } },
        ...{ distinctPorts: 1, lastPort: 25, firstMs: START_MS },
      }),
    );
    const bare = Array.from({ length: 5 }, (_, n) =>
      connection({
        ...{ atMs: START_MS + n * 3000 + 500, from: outsider, to: web, port: 8000 + n },
        ...{ seenBy: 'server', close: 'fin' },
      }),
    );
    assert.deepEqual(run(inOrder(retried, bare)), []);
  });

  it('counts also where the kernel has forgotten the pair in between', () => {
    const [first] = [nth(0, 1000)];
    const rest = Array.from({ length: PORTS - 1 }, (_, n) =>
      probe({
        atMs: START_MS + 2000 + n * 100,
        from: outsider,
        to: web,
        shapes: { syn: 1 },
        distinctPorts: n + 1,
        lastPort: 21 + n,
        firstMs: START_MS + 2000,
      }),
    );
    assert.equal((run([first as Seen, ...rest])[0] as Found).finding.evidence.observed, PORTS);
  });
});
