import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { datagrams, eachSecond, naming, pod, probe, world } from '../flood-observations.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';
import { udpFlood } from '../udp-flood/udp-flood.ts';
import { amplification } from './amplification.ts';
import { response, responses, web } from './scenarios.ts';

const dns = pod('10.244.1.7', 'kube-system', 'coredns');
const T0 = START_MS + 1000;

function run(
  seen: Seen[],
  untilMs = START_MS + 60_000,
  detectors: readonly (typeof amplification | typeof udpFlood)[] = [amplification],
) {
  const context = detectorContext({ nameAddress: naming(web, dns) });
  const set = new DetectorSet({ context, detectors: [...detectors] });
  const found = play(set, seen, untilMs);
  assert.ok(set.status().every(({ errors }) => errors === 0));
  return found;
}

function synAcks(timeMs: number, source: Endpoint, synAck: number, rst = 0): Seen {
  return probe(timeMs, { source, target: web, shapes: { synAck, rst }, port: 21 });
}

describe('amplification', () => {
  it('finds reflected answers at the next tick, with what reflects them and how many there are', () => {
    const { atMs, finding } = run(responses(2000, 5))[0]!;
    assert.ok(atMs - T0 <= 1000);
    assert.deepEqual([finding.source, finding.target?.workload?.name], [null, 'web']);
    assert.deepEqual(finding.evidence.services, ['DNS (53)']);
    assert.ok(Number(finding.evidence.distinctSources) > 1500);
    assert.ok(finding.evidence.bytesPerSecond !== 0);
    assert.match(finding.suggestion, /source port 53/);
  });

  it('finds a thin one of some dozen resolvers within half a minute', () => {
    const found = run(responses(8, 40));
    assert.ok(found.length > 0);
    assert.ok(found[0]!.atMs - T0 <= 20_000);
    assert.equal(found[0]!.finding.severity, 'medium');
  });

  it('owns what udp-flood sees of it', () => {
    const rules = new Set(
      run(responses(6000, 5), START_MS + 60_000, [amplification, udpFlood]).map(({ finding }) => finding.rule),
    );
    assert.deepEqual([...rules], ['amplification']);
  });

  it('knows a reflector that is in no list by the port that all have', () => {
    const found = run(responses(500, 6, 9034));
    assert.deepEqual(found[0]?.finding.evidence.services, ['port 9034']);
    const players = eachSecond(T0, 6, (timeMs) =>
      Array.from({ length: 500 }, (_, nth) => response(timeMs, world(spoofed(nth)), 1024 + ((nth * 37) % 30_000))),
    );
    assert.deepEqual(run(players), []);
  });

  it('finds SYN-ACKs that one server repeats for minutes, and a storm of many', () => {
    const slow = run(
      eachSecond(T0, 280, (at, second) => (second % 2 ? [] : [synAcks(at, world('75.0.0.1'), 1)])),
      T0 + 400_000,
    );
    assert.equal(slow[0]?.finding.evidence.unit, 'SYN-ACK');
    const storm = run(
      eachSecond(T0, 5, (at) => Array.from({ length: 800 }, (_, nth) => synAcks(at, world(spoofed(nth)), 2))),
    );
    assert.ok(storm.length > 0);
    assert.ok(storm[0]!.atMs - T0 <= 3000);
  });

  it('is silent for the SYN-ACKs that a raw SYN flood by the workload itself gets', () => {
    const server = world('192.0.2.4');
    const sent = (timeMs: number): Seen => {
      const seen = datagrams(timeMs, {
        local: web,
        localPort: 0,
        remote: server,
        remotePort: 0,
        role: 'client',
        protocol: 'OTHER',
        sent: 900,
      });
      return {
        ...seen,
        observation: { ...seen.observation, local: { ip: '0.0.0.0', port: 0 } } as typeof seen.observation,
      };
    };
    assert.deepEqual(run(eachSecond(T0, 20, (at) => [sent(at), synAcks(at, server, 900)])), []);
  });

  it('leaves the answers that a raw scanner gets to the scan detectors', () => {
    const sweep = eachSecond(T0, 20, (at, second) =>
      Array.from({ length: 300 }, (_, nth) => synAcks(at, world(spoofed(second * 300 + nth)), 1)),
    );
    assert.deepEqual(run(sweep), []);
    assert.deepEqual(run(eachSecond(T0, 20, (at) => [synAcks(at, world('192.0.2.4'), 30, 900)])), []);
  });

  it('is silent for backscatter: a few SYN-ACKs an hour', () => {
    const few = eachSecond(T0, 500, (at, second) => (second % 60 ? [] : [synAcks(at, world(spoofed(second)), 4)]));
    assert.deepEqual(run(few, T0 + 600_000), []);
  });

  it('is silent for late SYN-ACKs of a server that a client keeps giving up on', () => {
    const none = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 1, retransmits: 0 };
    const server = world('192.0.2.4');
    const gaveUp = (timeMs: number, nth: number): Seen => ({
      observation: {
        kind: 'connection',
        timeMs,
        phase: 'closed',
        id: `c${nth}`,
        role: 'client',
        cgroupId: 1,
        netns: 1,
        local: { ip: web.ip, port: 40_000 + nth },
        remote: { ip: server.ip, port: 443 },
        pid: 1,
        comm: 'curl',
        established: false,
        isNew: true,
        preexisting: false,
        delta: none,
        total: none,
        unackedBytes: 0,
        srttUs: 0,
        startMs: timeMs - 1000,
        closeReason: 'gave-up',
      },
      who: { local: web, remote: server },
    });
    const seen = eachSecond(T0, 280, (at, nth) => [gaveUp(at, nth), synAcks(at, server, 2)]);
    assert.deepEqual(run(seen, T0 + 400_000), []);
  });

  it('is silent for public DNS, NTP and VPN servers that answer clients with such ports', () => {
    for (const port of [53, 123, 500, 4500]) {
      const seen = eachSecond(T0, 20, (timeMs, second) =>
        Array.from({ length: 400 }, (_, nth) => {
          const remote = world(spoofed(nth));
          const base = { local: dns, localPort: port, remote, remotePort: port, role: 'server' } as const;
          // Some answers leave a tick after their question came.
          const late = nth % 40 === 0;
          const sent = late ? (second % 2 ? 2 : 0) : 1;
          return datagrams(timeMs, { ...base, received: 1, sent, payload: 48 });
        }),
      );
      assert.deepEqual(run(seen), [], `port ${port}`);
    }
  });

  it('is silent for late answers of resolvers that were asked, and for discovery by multicast', () => {
    const late = eachSecond(T0, 30, (timeMs) => [
      datagrams(timeMs, {
        local: dns,
        localPort: 4000,
        remote: world('9.9.9.9'),
        remotePort: 53,
        role: 'client',
        sent: 40,
        isNew: true,
      }),
      response(timeMs, world('9.9.9.9'), 53, 20, dns),
    ]);
    assert.deepEqual(run(late), []);
    const group: Endpoint = { ip: '239.255.255.250', kind: 'private' };
    const discovery = eachSecond(T0, 30, (timeMs) =>
      Array.from({ length: 20 }, (_, nth) =>
        response(timeMs, { ip: `192.168.1.${nth}`, kind: 'private' }, 1900, 1, group),
      ),
    );
    assert.deepEqual(run(discovery), []);
  });

  it('needs more than half of the responses to be unsolicited', () => {
    const busy = eachSecond(T0, 30, (timeMs) => [
      datagrams(timeMs, {
        local: dns,
        localPort: 4000,
        remote: world('9.9.9.9'),
        remotePort: 53,
        role: 'client',
        sent: 900,
        received: 900,
      }),
      ...Array.from({ length: 8 }, (_, nth) => response(timeMs, world(`192.0.2.${nth}`), 53, 2, dns)),
    ]);
    assert.deepEqual(run(busy), []);
  });

  it('names our own server that is used against somebody, and not one that serves many', () => {
    const serve = (remote: Endpoint, sent: number) => (timeMs: number) =>
      datagrams(timeMs, {
        local: dns,
        localPort: 53,
        remote,
        remotePort: 80,
        role: 'server',
        received: sent,
        sent,
        payload: 40,
        sentPayload: 1400,
      });
    const found = run(eachSecond(T0, 40, (at) => [serve(world('192.0.2.4'), 400)(at)]));
    assert.equal(found[0]?.finding.source?.workload?.name, 'coredns');
    assert.equal(found[0]?.finding.target?.ip, '192.0.2.4');
    assert.match(found[0]?.finding.suggestion ?? '', /rate limiting/);
    const many = eachSecond(T0, 40, (at) => Array.from({ length: 400 }, (_, nth) => serve(world(spoofed(nth)), 1)(at)));
    assert.deepEqual(run(many), []);
  });

  it('counts the bytes of later fragments, which have no ports', () => {
    const seen = eachSecond(T0, 5, (timeMs) =>
      Array.from({ length: 50 }, (_, nth) => world(spoofed(nth))).flatMap((remote) => [
        response(timeMs, remote, 53),
        datagrams(timeMs, {
          local: web,
          localPort: 0,
          remote,
          remotePort: 0,
          role: 'server',
          received: 2,
          payload: 1480,
        }),
      ]),
    );
    const { finding } = run(seen).at(-1)!;
    assert.ok(run(seen).some(({ finding: { evidence } }) => Number(evidence.bytesPerSecond) > 50 * (1400 + 2 * 1400)));
    assert.deepEqual(finding.evidence.services, ['DNS (53)']);
  });

  it('ends when the window holds too few', () => {
    const found = run(responses(500, 5));
    const lastMs = found.at(-1)!.atMs - T0;
    assert.ok(lastMs >= 5000 && lastMs <= 36_000, `${lastMs}`);
  });
});
