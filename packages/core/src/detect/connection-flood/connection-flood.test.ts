import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import { type Learning, nothingLearned } from '../../learn/learning.ts';
import type { ConnectionObservation } from '../../observation.ts';
import { type DetectorContext, detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { eachSecond, naming, pod, world } from '../flood-observations.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';
import { connectionFlood } from './connection-flood.ts';
import { opened, taken, web } from './scenarios.ts';

const attacker = pod('10.244.2.9', 'dev', 'shell');
const ingress = pod('10.244.2.1', 'ingress', 'nginx');
const node: Endpoint = { ip: '10.0.0.7', kind: 'node' };
const outside = world('203.0.113.9');
const T0 = START_MS + 1000;
const nothing = { receivedBytes: 0, sentBytes: 0, receivedPackets: 2, sentPackets: 2, retransmits: 0 };
const hollow = { total: nothing, delta: nothing };

function run(seen: Seen[], known: Partial<DetectorContext> = {}, untilMs = START_MS + 90_000) {
  const context = detectorContext({ nameAddress: naming(attacker, ingress, web, node), ...known });
  const set = new DetectorSet({ context, detectors: [connectionFlood] });
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors, lastError }) => ({ errors, lastError })),
    [{ errors: 0, lastError: undefined }],
  );
  return found;
}

interface Held {
  readonly source: (nth: number) => Endpoint;
  readonly count: number;
  /** Bytes that the client sends at the beginning, and each 12 s after it. */
  readonly first: number;
  readonly trickle: number;
  /** Bytes that the server answers each 12 s. */
  readonly answers?: number;
  readonly role?: 'server' | 'client';
  readonly seconds?: number;
}

/** Connections that stay open: one observation when they open, then one each time they move. */
function held({ source, count, first, trickle, answers = 0, role = 'server', seconds = 60 }: Held): Seen[] {
  const isServer = role === 'server';
  const counts = (asked: number, answered: number) => ({
    receivedBytes: isServer ? asked : answered,
    sentBytes: isServer ? answered : asked,
    receivedPackets: 1,
    sentPackets: 1,
    retransmits: 0,
  });
  return eachSecond(T0, seconds, (timeMs, second) => {
    const moves = second % 12 === 0 && (second === 0 || trickle + answers > 0);
    if (!moves) return [];
    return Array.from({ length: count }, (_, nth) => {
      const round = second / 12;
      const seen = taken(timeMs, source(nth), `h${nth}`, {
        phase: 'live',
        closeReason: null,
        role,
        isNew: second === 0,
        startMs: T0 - 10,
        delta: second === 0 ? counts(first, 0) : counts(trickle, answers),
        total: counts(first + round * trickle, round * answers),
      });
      if (isServer || seen.observation.kind !== 'connection') return seen;
      const mirrored: ConnectionObservation = {
        ...seen.observation,
        local: { ip: attacker.ip, port: 40_000 + nth },
        remote: { ip: source(nth).ip, port: 80 },
      };
      return { observation: mirrored, who: { local: attacker, remote: source(nth) } };
    });
  });
}

describe('connection-flood by rate', () => {
  it('names one source outside that opens far more than any client, and ends with it', () => {
    const found = run(opened(2000, 10, () => outside));
    const first = found[0]!;
    assert.ok(first.atMs - T0 <= 3000, `${first.atMs - T0} ms`);
    assert.deepEqual([first.finding.source?.ip, first.finding.target?.workload?.name], ['203.0.113.9', 'web']);
    assert.equal(first.finding.target?.port, 8080);
    assert.ok(found.at(-1)!.atMs <= T0 + 17_000);
  });

  it('finds connections that carry nothing, of one source and of many, also from inside', () => {
    assert.equal(run(opened(400, 8, () => outside, hollow))[0]?.finding.evidence.hollow, true);
    const many = run(opened(2000, 8, (nth) => world(spoofed(nth)), hollow));
    assert.equal(many[0]?.finding.source, null);
    assert.ok(Number(many[0]?.finding.evidence.distinctSources) > 1000);
    assert.equal(run(opened(400, 8, () => attacker, hollow))[0]?.finding.source?.pod, 'shell-0');
  });

  it('names our pod that opens hollow connections to somebody outside', () => {
    const seen = opened(600, 8, () => outside, { ...hollow, role: 'client' }).map(
      ({ observation }): Seen => ({
        observation,
        who: { local: attacker, remote: outside },
      }),
    );
    const found = run(seen);
    assert.deepEqual([found[0]?.finding.source?.pod, found[0]?.finding.target?.ip], ['shell-0', '203.0.113.9']);
  });

  it('is silent for a flash crowd, a load test inside, an ingress and a node that many share', () => {
    assert.deepEqual(run(opened(5000, 10, (nth) => world(spoofed(nth)))), [], 'a crowd');
    assert.deepEqual(run(opened(9000, 8, () => attacker)), [], 'a load test');
    assert.deepEqual(run(opened(4000, 8, () => ingress)), [], 'an ingress');
    assert.deepEqual(run(opened(4000, 8, () => node)), [], 'SNAT');
  });

  it('is silent for a burst: an autoscaling step, a pool that fills, five hundred connections of one client', () => {
    assert.deepEqual(run(opened(1500, 1, () => outside)), []);
    assert.deepEqual(run(opened(1500, 1, () => attacker, hollow)), []);
    assert.deepEqual(run(opened(80, 7, () => outside)), []);
  });

  it('is silent for what a learned workload has every day', () => {
    const learning: Learning = {
      ...nothingLearned,
      progress: () => 1,
      baseline: () => ({ mean: 500, deviation: 100, samples: 5000, largest: 900 }),
    };
    assert.deepEqual(
      run(
        opened(2000, 8, () => outside),
        { learning },
      ),
      [],
    );
    assert.ok(
      run(
        opened(4000, 8, () => outside),
        { learning },
      ).length > 0,
    );
  });
});

describe('connection-flood by what is held', () => {
  it('finds slow holders, by what they trickle or by their silence', () => {
    const slowloris = run(held({ source: () => outside, count: 150, first: 200, trickle: 12 }));
    const { atMs, finding } = slowloris[0]!;
    assert.ok(atMs - T0 <= 14_000, `${atMs - T0} ms`);
    assert.equal(finding.source?.ip, '203.0.113.9');
    assert.equal(finding.evidence.held, 150);
    assert.match(finding.suggestion, /client_header_timeout/);
    assert.ok(run(held({ source: () => outside, count: 150, first: 0, trickle: 0 })).length > 0, 'never said anything');
  });

  it('names a pod of ours that holds a server of ours, and one outside', () => {
    assert.equal(
      run(held({ source: () => attacker, count: 500, first: 200, trickle: 12 }))[0]?.finding.source?.pod,
      'shell-0',
    );
    const out = run(held({ source: () => outside, count: 500, first: 200, trickle: 12, role: 'client' }));
    assert.deepEqual([out[0]?.finding.source?.pod, out[0]?.finding.evidence.outgoing], ['shell-0', true]);
  });

  it('is one finding when both ends of the connections are seen', () => {
    const both = [
      ...held({ source: () => attacker, count: 500, first: 200, trickle: 12 }),
      ...held({ source: () => web, count: 500, first: 200, trickle: 12, role: 'client' }),
    ].sort((a, b) => a.observation.timeMs - b.observation.timeMs);
    const found = run(both);
    assert.ok(found.length > 0);
    assert.equal(found.length, new Set(found.map(({ atMs }) => atMs)).size);
  });

  it('finds many sources outside that each hold a few', () => {
    const found = run(held({ source: (nth) => world(spoofed(nth % 60)), count: 1500, first: 200, trickle: 12 }));
    assert.equal(found[0]?.finding.source, null);
    assert.equal(found[0]?.finding.evidence.distinctSources, 60);
  });

  it('finds one source with thousands of connections, whatever they do', () => {
    const found = run(held({ source: () => outside, count: 2500, first: 200, trickle: 50, answers: 500 }));
    assert.equal(found[0]?.finding.evidence.open, 2500);
  });

  it('ends when the connections are closed', () => {
    const seen = held({ source: () => outside, count: 150, first: 200, trickle: 12, seconds: 30 });
    const closing = Array.from({ length: 150 }, (_, nth) => taken(T0 + 31_000, outside, `h${nth}`, { isNew: false }));
    assert.ok(run([...seen, ...closing]).at(-1)!.atMs <= T0 + 32_000);
  });

  it('is silent for long polls behind an ingress, web sockets, idle pools and uploads', () => {
    const silent = (spec: Partial<Held>) =>
      assert.deepEqual(run(held({ source: () => ingress, count: 2000, first: 400, trickle: 0, ...spec })), []);
    silent({});
    silent({ source: (nth) => world(spoofed(nth % 900)), trickle: 30, answers: 30 });
    silent({ count: 90, first: 0, source: () => attacker });
    silent({ source: () => outside, count: 150, first: 9000, trickle: 9000 });
    silent({ source: (nth) => world(spoofed(nth)), count: 900, first: 0 });
  });

  it('is silent for an ingress with thousands of connections, and for a shared address', () => {
    assert.deepEqual(run(held({ source: () => ingress, count: 6000, first: 400, trickle: 40, answers: 400 })), []);
    assert.deepEqual(run(held({ source: () => node, count: 6000, first: 400, trickle: 40, answers: 400 })), []);
  });
});
