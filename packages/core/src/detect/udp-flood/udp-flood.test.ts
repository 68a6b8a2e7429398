import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { nothingLearned } from '../../learn/learning.ts';
import type { Observation } from '../../observation.ts';
import { type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type DatagramSpec, datagrams, eachSecond, naming, pod, probe, world } from '../flood-observations.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';
import { dns, game, spoofedFlood } from './scenarios.ts';
import { udpFlood } from './udp-flood.ts';

const attacker = pod('10.244.2.9', 'dev', 'shell');
const statsd = pod('10.244.1.9', 'monitoring', 'statsd');
const node: Endpoint = { ip: '10.0.0.7', kind: 'node' };
const T0 = START_MS + 1000;

function run(seen: Seen[], known: Partial<DetectorContext> = {}, untilMs = START_MS + 12_000) {
  const context = detectorContext({ nameAddress: naming(attacker, game, dns, statsd, node), ...known });
  const set = new DetectorSet({ context, detectors: [udpFlood] });
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors, lastError }) => ({ errors, lastError })),
    [{ errors: 0, lastError: undefined }],
  );
  return found;
}

function steady(spec: DatagramSpec, seconds = 6): Seen[] {
  return eachSecond(T0, seconds, (timeMs) => [datagrams(timeMs, spec)]);
}

const server = (local: Endpoint, localPort: number, remote: Endpoint, received: number, sent = 0): DatagramSpec => ({
  local,
  localPort,
  remote,
  remotePort: 5000,
  role: 'server',
  received,
  sent,
});

/** Totals of a pod most of whose datagrams found no room in the kernel's table of conversations. */
function total(timeMs: number, local: Endpoint, received: number, sent = 3): Seen {
  return {
    observation: {
      kind: 'datagram-total',
      timeMs,
      protocol: 'UDP',
      cgroupId: 1,
      loopback: false,
      delta: { receivedPackets: received, sentPackets: sent, receivedBytes: received * 10, sentBytes: sent * 10 },
      withoutConversation: Math.max(0, received + sent - 10),
    },
    who: { local: { ...local, ip: '' }, remote: null },
  };
}

describe('udp-flood', () => {
  it('finds a spoofed flood at the tick after it began, without a source and with how many there are', () => {
    const found = run(spoofedFlood(6000, 5));
    const first = found[0]!;
    assert.ok(first.atMs - T0 <= 1000);
    assert.equal(first.finding.source, null);
    assert.equal(first.finding.target?.workload?.name, 'game');
    assert.equal(first.finding.target?.port, 27_015);
    assert.deepEqual([first.finding.evidence.threshold, first.finding.evidence.unit], [2000, 'packets/s']);
    assert.ok(Number(first.finding.evidence.distinctSources) > 3000);
    assert.ok(first.finding.count >= 5900);
    assert.ok((found.at(-1)?.atMs ?? 0) <= T0 + 7000, 'ends with the flood');
  });

  it('names one source from outside, and one of our pods at both ends as one cause', () => {
    const one = run(steady(server(game, 27_015, world('203.0.113.9'), 5000)));
    assert.equal(one[0]?.finding.source?.ip, '203.0.113.9');
    const both = run(
      eachSecond(T0, 5, (timeMs) => [
        datagrams(timeMs, {
          local: attacker,
          localPort: 4000,
          remote: game,
          remotePort: 9,
          role: 'client',
          sent: 60_000,
        }),
        datagrams(timeMs, server(game, 9, attacker, 60_000)),
      ]),
    );
    assert.deepEqual(
      [...new Set(both.map(({ finding }) => `${finding.source?.pod} ${finding.target?.pod}`))],
      ['shell-0 game-0'],
    );
    assert.equal(both.length, new Set(both.map(({ atMs }) => atMs)).size, 'one finding an evaluation');
    assert.match(both[0]!.finding.suggestion, /kubectl describe pod shell-0 -n dev/);
  });

  it('names our pod that floods somebody outside, also with a new source port for each datagram', () => {
    const seen = eachSecond(T0, 4, (timeMs, second) =>
      Array.from({ length: 15_000 }, (_, nth) =>
        datagrams(timeMs, {
          local: attacker,
          localPort: (second * 15_000 + nth) % 65_536,
          remote: world('192.0.2.4'),
          remotePort: 53,
          role: 'client',
          sent: 1,
        }),
      ),
    );
    const found = run(seen);
    assert.equal(found[0]?.finding.source?.pod, 'shell-0');
    assert.equal(found[0]?.finding.target?.ip, '192.0.2.4');
    assert.deepEqual(found[0]?.finding.evidence.ports, [53]);
  });

  it('goes on by exact totals when the table of conversations is full', () => {
    const found = run([
      ...spoofedFlood(6000, 1),
      ...eachSecond(T0 + 1000, 5, (timeMs) => [total(timeMs, game, 90_000)]),
    ]);
    assert.ok(found.at(-1)!.atMs >= T0 + 5000);
    assert.ok(found.at(-1)!.finding.evidence.observed >= 85_000);
    assert.equal(found.at(-1)!.finding.target?.ip, game.ip);
    assert.deepEqual(run(eachSecond(T0, 5, (timeMs) => [total(timeMs, game, 5)])), []);
  });

  it('traces a flood with forged addresses to the pod of ours that sends it, in one finding', () => {
    const forged = (timeMs: number, second: number) =>
      Array.from({ length: 12_000 }, (_, nth) => world(spoofed(second * 12_000 + nth))).flatMap((source) => [
        datagrams(timeMs, server(game, 9, source, 1)),
        datagrams(timeMs, {
          local: { ...attacker, ip: source.ip },
          localPort: 7,
          remote: game,
          remotePort: 9,
          role: 'client',
          sent: 1,
        }),
      ]);
    const found = run(eachSecond(T0, 3, forged));
    assert.deepEqual(
      [...new Set(found.map(({ finding }) => `${finding.source?.pod} ${finding.target?.pod}`))],
      ['shell-0 game-0'],
    );
    const full = eachSecond(T0, 4, (timeMs) => [total(timeMs, game, 80_000), total(timeMs, attacker, 0, 84_000)]);
    assert.equal(run(full)[0]?.finding.source?.pod, 'shell-0', 'by its rate alone');
    const away = run(eachSecond(T0, 4, (timeMs) => [total(timeMs, attacker, 0, 84_000)]));
    assert.deepEqual([away[0]?.finding.source?.pod, away[0]?.finding.target], ['shell-0', null]);
  });

  it('names whom a pod floods also when its first moment, below the threshold, has filled the table', () => {
    const first = datagrams(T0, {
      local: attacker,
      localPort: 7,
      remote: world('192.0.2.4'),
      remotePort: 53,
      role: 'client',
      sent: 9000,
    });
    const then = eachSecond(T0 + 1000, 3, (timeMs) => [total(timeMs, attacker, 0, 84_000)]);
    const [found] = run([first, ...then]);
    assert.equal(found?.finding.target?.ip, '192.0.2.4');
    assert.deepEqual(found?.finding.evidence.ports, [53]);
    const late = eachSecond(T0 + 3000, 3, (timeMs) => [total(timeMs, attacker, 0, 84_000)]);
    assert.equal(run([first, ...late])[0]?.finding.target, null, 'what it sent long before says nothing');
  });

  it('is silent for telemetry that finds no room in the table because of a flood elsewhere', () => {
    assert.deepEqual(run(eachSecond(T0, 6, (timeMs) => [total(timeMs, statsd, 8000)])), []);
  });

  it('sees floods of closed ports: of one source at one port, and of very many', () => {
    const one = run(
      eachSecond(T0, 4, (timeMs) => [
        probe(timeMs, { source: world('203.0.113.9'), target: game, shapes: { udp: 4000 }, port: 8125 }),
      ]),
    );
    assert.equal(one[0]?.finding.source?.ip, '203.0.113.9');
    assert.equal(one[0]?.finding.evidence.closedPort, true);
    assert.deepEqual(one[0]?.finding.evidence.ports, [8125]);
    const many = run(
      eachSecond(T0, 4, (timeMs, second) =>
        Array.from({ length: 5000 }, (_, nth) =>
          probe(timeMs, { source: world(spoofed(second * 5000 + nth)), target: game, shapes: { udp: 1 }, port: nth }),
        ),
      ),
    );
    assert.equal(many[0]?.finding.source, null);
    assert.ok(Number(many[0]?.finding.evidence.distinctSources) > 2000);
  });

  it('leaves scans of closed ports alone, fast ones and those with decoys', () => {
    const scanned = (timeMs: number, source: string, packets: number, ports: number) =>
      probe(timeMs, { source: world(source), target: game, shapes: { udp: packets }, distinctPorts: ports });
    assert.deepEqual(
      run(eachSecond(T0, 5, (timeMs, second) => [scanned(timeMs, '203.0.113.9', 4000, 400 * (second + 1))])),
      [],
    );
    const decoys = eachSecond(T0, 5, (timeMs) =>
      Array.from({ length: 64 }, (_, nth) => scanned(timeMs, `203.0.113.${nth}`, 3, 12)),
    );
    assert.deepEqual(run(decoys), []);
  });

  it('is critical when the receive buffer overflows, and says so', () => {
    const drop: Observation = { kind: 'drop', timeMs: T0, netns: 1, reason: 'SOCKET_RCVBUFF', packets: 4000 };
    const found = run([...spoofedFlood(6000, 1), { observation: drop, who: { local: game, remote: null } }]);
    assert.equal(found[0]?.finding.severity, 'critical');
    assert.match(found[0]?.finding.description ?? '', /overflows/);
  });

  it('is silent for a DNS server that answers, whose answers come a tick later', () => {
    const seen = eachSecond(T0, 8, (timeMs, second) =>
      Array.from({ length: 4000 }, (_, nth) => {
        const remote = world(spoofed(nth));
        const before = second > 0 && nth % 20 === 0;
        return datagrams(timeMs, server(dns, 53, remote, 1, before ? 2 : nth % 20 === 0 ? 0 : 1));
      }),
    );
    assert.deepEqual(run(seen), []);
  });

  it('is silent for downloads that the pod asked for, and for media and tunnels that report back', () => {
    const download = {
      local: game,
      localPort: 40_000,
      remote: world('142.250.1.1'),
      remotePort: 443,
      role: 'client',
    } as const;
    assert.deepEqual(run(steady({ ...download, received: 80_000, sent: 900, payload: 1200 })), []);
    assert.deepEqual(run(steady({ ...download, received: 20_000, sent: 0, payload: 1200 })), []);
    assert.deepEqual(run(steady(server(game, 5004, world('198.51.100.7'), 12_000, 130))), []);
    assert.deepEqual(run(steady(server(game, 51_820, world('198.51.100.7'), 90_000, 40_000))), []);
  });

  it('is silent for an iperf3 -u test, which answers once at its start', () => {
    const seen = eachSecond(T0, 9, (timeMs, second) => [
      datagrams(timeMs, server(game, 5201, attacker, 95_000, second === 0 ? 1 : 0)),
      datagrams(timeMs, {
        local: attacker,
        localPort: 40_000,
        remote: game,
        remotePort: 5201,
        role: 'client',
        sent: 90_000,
        received: second === 0 ? 1 : 0,
      }),
    ]);
    assert.deepEqual(run(seen), []);
  });

  it('is silent for telemetry of many pods, and for one that sends much to a declared port', () => {
    const many = eachSecond(T0, 6, (timeMs) =>
      Array.from({ length: 40 }, (_, nth) =>
        datagrams(timeMs, server(statsd, 8125, pod(`10.244.3.${nth}`, 'shop', `web-${nth}`), 1500)),
      ),
    );
    assert.deepEqual(run(many), []);
    const cluster = { ...unknownCluster, isDeclared: (ip: string, port: number) => ip === statsd.ip && port === 8125 };
    assert.deepEqual(run(steady(server(statsd, 8125, attacker, 20_000)), { cluster }), []);
    assert.ok(run(steady(server(statsd, 8125, attacker, 20_000))).length > 0, 'undeclared, it is a flood');
  });

  it('is silent for what a learned workload takes every day, and not for far more', () => {
    const learning: Learning = {
      ...nothingLearned,
      progress: () => 1,
      baseline: () => ({ mean: 3000, deviation: 500, samples: 5000, largest: 4000 }),
    };
    const sensors = (each: number) =>
      eachSecond(T0, 6, (timeMs) =>
        Array.from({ length: 500 }, (_, nth) =>
          datagrams(timeMs, server(game, 5683, world(`198.51.${nth >>> 8}.${nth & 255}`), each)),
        ),
      );
    assert.deepEqual(run(sensors(10), { learning }), []);
    assert.ok(run(sensors(40), { learning }).length > 0);
  });

  it('is silent for clients of a server that has just died', () => {
    const cluster = { ...unknownCluster, isDeclared: (ip: string, port: number) => ip === statsd.ip && port === 8125 };
    const seen = eachSecond(T0, 6, (timeMs) =>
      Array.from({ length: 30 }, (_, nth) =>
        probe(timeMs, {
          source: pod(`10.244.3.${nth}`, 'shop', `web-${nth}`),
          target: statsd,
          shapes: { udp: 900 },
          port: 8125,
        }),
      ),
    );
    assert.deepEqual(run(seen, { cluster }), []);
  });

  it('is silent for a stream that goes on after its viewer has gone, and not for a flood from there', () => {
    const video = world('198.51.100.7');
    const viewer = { local: game, localPort: 40_000, remote: video, remotePort: 443, role: 'client' } as const;
    const gone = (packets: number) => [
      ...eachSecond(T0, 3, (timeMs) => [datagrams(timeMs, { ...viewer, received: 3000, sent: 100, payload: 1200 })]),
      ...eachSecond(T0 + 3000, 5, (timeMs) => [
        probe(timeMs, { source: video, target: game, shapes: { udp: packets } }),
      ]),
    ];
    assert.deepEqual(run(gone(3000)), []);
    assert.equal(run(gone(30_000))[0]?.finding.evidence.closedPort, true);
    const unasked = gone(3000).filter(({ observation }) => observation.kind === 'probe');
    assert.equal(run(unasked)[0]?.finding.evidence.closedPort, true);
  });

  it('is little sure of a node address that many may share', () => {
    const found = run(steady(server(game, 27_015, node, 6000)));
    assert.equal(found[0]?.finding.evidence.sharedSource, true);
    assert.ok(found[0]!.finding.confidence <= 0.5);
  });

  it('finds DHCP clients that starve the pool of addresses, and no rack that boots', () => {
    const requests = (perSecond: number, seconds: number) =>
      eachSecond(T0, seconds, (timeMs, second) =>
        Array.from({ length: perSecond }, (_, nth) => {
          const remote = world(`128.2.${second}.${nth}`);
          const local = pod(`10.0.${second}.${nth}`, 'net', `dhcp-${nth}`);
          return datagrams(timeMs, {
            local,
            localPort: 67,
            remote,
            remotePort: 68,
            role: 'server',
            received: 1,
            sent: 1,
          });
        }),
      );
    const found = run(requests(50, 5));
    assert.ok(found.length > 0);
    assert.equal(found[0]?.finding.severity, 'medium');
    assert.deepEqual(run(requests(80, 1)), []);
  });

  it('keeps a flood until it is below three quarters of the floor', () => {
    const at = (packets: number) => datagrams(T0, server(game, 9, world('203.0.113.9'), packets)).observation;
    const seen = [3000, 3000, 1700, 1700, 1400, 1700].map(
      (packets, second): Seen => ({
        observation: { ...at(packets), timeMs: T0 + second * 1000 } as Observation,
        who: { local: game, remote: world('203.0.113.9') },
      }),
    );
    const seconds = new Set(run(seen).map(({ atMs }) => Math.round((atMs - T0) / 1000)));
    assert.deepEqual([...seconds], [1, 2, 3, 4]);
  });

  it('divides by the time that passed when a tick came late', () => {
    const context = detectorContext({ nameAddress: naming() });
    const set = new DetectorSet({ context, detectors: [udpFlood] });
    set.evaluate(T0);
    const late = datagrams(T0 + 4000, server(game, 9, world('203.0.113.9'), 6000));
    set.observe(late.observation, late.who);
    assert.deepEqual(set.evaluate(T0 + 4000), []);
  });
});
