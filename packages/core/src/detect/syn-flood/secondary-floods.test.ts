import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import type { CloseReason, ConnectionObservation, ListenerObservation } from '../../observation.ts';
import { type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { datagrams, eachSecond, naming, pod, probe, world } from '../flood-observations.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { spoofed, web } from './scenarios.ts';
import { synFlood } from './syn-flood.ts';

const attacker = pod('10.244.2.9', 'dev', 'shell');
const T0 = START_MS + 1000;

function run(seen: Seen[], known: Partial<DetectorContext> = {}, untilMs = START_MS + 20_000) {
  const context = detectorContext({ nameAddress: naming(attacker, web), ...known });
  const set = new DetectorSet({ context, detectors: [synFlood] });
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors, lastError }) => ({ errors, lastError })),
    [{ errors: 0, lastError: undefined }],
  );
  return found;
}

const syns = (timeMs: number, source: Endpoint, syn: number, distinctPorts = 1, port = 81): Seen =>
  probe(timeMs, { source, target: web, shapes: { syn }, distinctPorts, port });

let connections = 0;
/** A connection that `attacker` tried to open. */
function attempt(
  timeMs: number,
  remote: Endpoint,
  port: number,
  closeReason: CloseReason | null,
  more: Partial<ConnectionObservation> = {},
): Seen {
  const none = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 1, retransmits: 0 };
  return {
    observation: {
      kind: 'connection',
      timeMs,
      phase: closeReason === null ? 'live' : 'closed',
      id: `c${connections++}`,
      role: 'client',
      cgroupId: 1,
      netns: 1,
      local: { ip: attacker.ip, port: 40_000 },
      remote: { ip: remote.ip, port },
      pid: 1,
      comm: 'x',
      established: false,
      isNew: true,
      preexisting: false,
      delta: none,
      total: none,
      unackedBytes: 0,
      srttUs: 0,
      startMs: timeMs - 1200,
      closeReason,
      ...more,
    },
    who: { local: attacker, remote },
  };
}

/** What the listener of `web` at 8080 has received until then, by its own counters. */
function reading(timeMs: number, counts: Partial<ListenerObservation>): Seen {
  const observation: ListenerObservation = {
    kind: 'listener',
    timeMs,
    trigger: 'tick',
    cgroupId: 1,
    netns: 7,
    local: { ip: web.ip, port: 8080 },
    syns: 0,
    synRetransmits: 0,
    queueFullSyns: 0,
    completed: 0,
    acks: 0,
    oddFlags: 0,
    halfOpen: 0,
    backlog: 4096,
    acceptQueue: 0,
    distinctSources: 1,
    sampleSources: [attacker.ip],
    ...counts,
  };
  return { observation, who: { local: web, remote: null } };
}

const attempts = (
  count: number,
  seconds: number,
  closeReason: CloseReason | null,
  port = (nth: number) => nth * 0 + 443,
) =>
  eachSecond(T0, seconds, (timeMs) =>
    Array.from({ length: count }, (_, nth) => attempt(timeMs, world('192.0.2.4'), port(nth), closeReason)),
  );

function raw(timeMs: number, remote: Endpoint, sent: number): Seen {
  const seen = datagrams(timeMs, {
    local: attacker,
    localPort: 0,
    remote,
    remotePort: 0,
    role: 'client',
    protocol: 'OTHER',
    sent,
  });
  return {
    ...seen,
    observation: { ...seen.observation, local: { ip: '0.0.0.0', port: 0 } } as typeof seen.observation,
  };
}

describe('syn-flood at closed ports', () => {
  it('finds very many sources at the next tick, and no scan behind decoys', () => {
    const found = run(
      eachSecond(T0, 5, (timeMs, second) =>
        Array.from({ length: 3000 }, (_, nth) => syns(timeMs, world(spoofed(second * 3000 + nth)), 1)),
      ),
    );
    assert.ok(found[0]!.atMs - T0 <= 1000);
    assert.deepEqual([found[0]!.finding.source, found[0]!.finding.target?.port], [null, 81]);
    assert.equal(found[0]!.finding.evidence.closedPort, true);
    const decoys = eachSecond(T0, 5, (timeMs, second) =>
      Array.from({ length: 90 }, (_, nth) => syns(timeMs, world(`203.0.113.${nth}`), 3, 20 * (second + 1))),
    );
    assert.deepEqual(run(decoys), []);
  });

  it('names one source that hammers a port, and leaves fast scans to port-scan', () => {
    const found = run(eachSecond(T0, 5, (timeMs) => [syns(timeMs, world('203.0.113.9'), 900)]));
    assert.equal(found[0]?.finding.source?.ip, '203.0.113.9');
    assert.deepEqual(run(eachSecond(T0, 5, (timeMs) => [syns(timeMs, world('203.0.113.9'), 13_000, 1419)])), []);
    assert.deepEqual(
      run(eachSecond(T0, 5, (timeMs, s) => [syns(timeMs, world('203.0.113.9'), 220, 200 * (s + 1))])),
      [],
    );
  });

  it('is silent for clients that keep trying a service that has died', () => {
    const clients = (count: number) =>
      eachSecond(T0, 5, (timeMs) =>
        Array.from({ length: count }, (_, nth) => syns(timeMs, pod(`10.244.3.${nth}`, 'shop', `api-${nth}`), 60)),
      );
    assert.deepEqual(run(clients(20)), []);
    const cluster = { ...unknownCluster, isDeclared: () => true };
    assert.deepEqual(run(clients(200), { cluster }), []);
  });
});

describe('syn-flood by one of ours', () => {
  it('names the pod whose connections to one target go unanswered by the hundred', () => {
    const found = run(attempts(400, 6, 'gave-up'));
    assert.deepEqual([found[0]?.finding.source?.pod, found[0]?.finding.target?.ip], ['shell-0', '192.0.2.4']);
    assert.equal(found[0]?.finding.evidence.outgoing, true);
    assert.match(found[0]?.finding.suggestion ?? '', /NetworkPolicy/);
    const old = run(attempts(400, 6, null));
    assert.ok(old.length > 0, 'a SYN_SENT older than a second is a failure now');
  });

  it('counts an attempt once, whether it is first seen before or after it failed', () => {
    const seen = eachSecond(T0, 8, (timeMs) =>
      Array.from({ length: 100 }, () =>
        attempt(timeMs, world('192.0.2.4'), 443, null, { startMs: timeMs - 300 }),
      ).flatMap((young) => {
        const { observation } = young;
        if (observation.kind !== 'connection') return [young];
        const later = { ...observation, isNew: false, phase: 'closed' as const, closeReason: 'gave-up' as const };
        return [young, { ...young, observation: later }, { ...young, observation: later }];
      }),
    );
    assert.deepEqual(run(seen), []);
  });

  it('is silent for connections that were established a tick later', () => {
    const seen = eachSecond(T0, 8, (timeMs) =>
      Array.from({ length: 400 }, () =>
        attempt(timeMs, world('192.0.2.4'), 443, null, { startMs: timeMs - 100 }),
      ).flatMap((young) => {
        const { observation } = young;
        if (observation.kind !== 'connection') return [young];
        return [young, { ...young, observation: { ...observation, isNew: false, established: true } }];
      }),
    );
    assert.deepEqual(run(seen), []);
  });

  it('is silent for a pool that waits for a stuck server, refused loops, scans and fan-out', () => {
    assert.deepEqual(run(attempts(1000, 1, null)), [], 'a pool');
    assert.deepEqual(run(attempts(3000, 6, 'refused')), [], 'a loop that is refused');
    assert.deepEqual(run(attempts(500, 6, 'gave-up', (nth) => nth)), [], 'a scan');
    const peers = eachSecond(T0, 6, (timeMs) =>
      Array.from({ length: 500 }, (_, nth) => attempt(timeMs, world(spoofed(nth)), 6881, 'gave-up')),
    );
    assert.deepEqual(run(peers), [], 'fan-out');
    const cluster = { ...unknownCluster, isDeclared: () => true };
    assert.deepEqual(run(attempts(400, 6, 'gave-up'), { cluster }), [], 'a dead backend');
  });

  it('takes random ports at a rate that no scanner repeats for a flood', () => {
    const found = run(attempts(18_000, 1, 'refused', (nth) => (nth * 7919) % 8450));
    assert.equal(found[0]?.finding.source?.pod, 'shell-0');
  });

  it('names the pod whose raw TCP is more than a scan of all ports', () => {
    const found = run(eachSecond(T0, 6, (timeMs) => [raw(timeMs, world('192.0.2.4'), 90_000)]));
    assert.equal(found[0]?.finding.source?.pod, 'shell-0');
    assert.equal(found[0]?.finding.evidence.rawSocket, true);
    assert.deepEqual(run(eachSecond(T0, 3, (timeMs) => [raw(timeMs, world('192.0.2.4'), 65_000)])), [], 'nmap -sS -p-');
  });

  it('names the pod behind forged SYNs at closed ports, in one finding', () => {
    const seen = eachSecond(T0, 5, (timeMs, second) => [
      raw(timeMs, web, 90_000),
      ...Array.from({ length: 3000 }, (_, nth) => syns(timeMs, world(spoofed(second * 3000 + nth)), 1)),
    ]);
    const found = run(seen);
    const ends = new Set(
      found.map(({ finding }) => `${finding.source?.pod} ${finding.target?.pod} ${finding.severity}`),
    );
    assert.deepEqual([...ends], [`shell-0 ${web.pod} high`]);
  });

  it('leaves clients of ours that wait for a slow listener of ours to that listener', () => {
    const waiting = (timeMs: number) => Array.from({ length: 400 }, () => attempt(timeMs, web, 8080, 'gave-up'));
    const slow = (second: number) => ({
      syns: 400 * second,
      queueFullSyns: 390 * second,
      completed: 10 * second,
      backlog: 8,
      acceptQueue: 9,
    });
    const seen = eachSecond(T0, 8, (timeMs, second) => [reading(timeMs, slow(second)), ...waiting(timeMs)]);
    assert.deepEqual(run(seen), []);
    assert.ok(run(eachSecond(T0, 8, waiting)).length > 0, 'without a listener it is a flood');
  });

  it('traces forged SYNs at a listener of ours to the pod that sends them, in one alert', () => {
    const flooded = (second: number) => ({
      syns: 90_000 * second,
      halfOpen: 4000,
      distinctSources: 50_000,
      sampleSources: Array.from({ length: 8 }, (_, nth) => spoofed(second * 8 + nth)),
    });
    const found = run(
      eachSecond(T0, 8, (timeMs, second) => [reading(timeMs, flooded(second)), raw(timeMs, web, 90_000)]),
    );
    const ends = new Set(found.map(({ finding }) => `${finding.source?.pod} ${finding.target?.pod}`));
    assert.deepEqual([...ends], [`undefined ${web.pod}`]);
    const last = found.at(-1)!.finding;
    assert.equal(last.evidence.rawSender, 'dev/shell-0');
    assert.match(last.suggestion, /shell-0/);
  });
});
