import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../observation.ts';
import { type Sighting, TCP_FLAGS } from './sighting.ts';
import { SightingTracker } from './sighting-tracker.ts';

const { FIN, SYN, RST, PSH, ACK } = TCP_FLAGS;
const LIMITS = { listenerSyns: 200, sourceSyns: 100, probePorts: 20, windowMs: 1000, graceMs: 150 };
const T0 = 1_800_000_000_000;
const CLIENT = '10.0.1.5';
const SERVER = '10.0.2.7';

function open() {
  const seen: Observation[] = [];
  const sightings = new SightingTracker({ limits: LIMITS, observe: (observation) => seen.push(observation) });
  const of = <K extends Observation['kind']>(kind: K) =>
    seen.filter((each): each is Extract<Observation, { kind: K }> => each.kind === kind);
  return { sightings, seen, of };
}

type Part = Partial<Sighting> & { readonly at?: number; readonly back?: boolean };

function sighting({ at = 0, back = false, ...part }: Part): Sighting {
  const forward = { sourceIp: CLIENT, targetIp: SERVER, sourcePort: 40_000, targetPort: 80 };
  const reverse = { sourceIp: SERVER, targetIp: CLIENT, sourcePort: 80, targetPort: 40_000 };
  const ends = back ? reverse : forward;
  return { timeMs: T0 + at, teller: 'a|to-stack', protocol: 'TCP', flags: 0, isReply: back, ...ends, ...part };
}

/** A whole short connection as one teller tells of it. */
function connection(teller: string, at: number, lagMs = 0): Sighting[] {
  const steps: [boolean, number][] = [
    [false, SYN],
    [true, SYN | ACK],
    [false, ACK],
    [false, ACK | PSH],
    [true, ACK | PSH],
    [false, ACK | FIN],
    [true, ACK | FIN],
  ];
  return steps.map(([back, flags], step) => sighting({ at: at + step + lagMs, back, flags, teller }));
}

test('a packet that three points on two nodes tell of is one', () => {
  const { sightings, of } = open();
  const told = [
    ...connection('a|to-stack', 0),
    ...connection('a|to-network', 0, 0.1),
    ...connection('b|to-endpoint', 0, 0.4),
  ].sort((first, second) => first.timeMs - second.timeMs);
  for (const each of told) sightings.take(each);
  sightings.tracker.advance(T0 + 5000);
  const closed = of('connection').filter(({ phase }) => phase === 'closed');
  assert.deepEqual(
    closed.map(({ role, closeReason, total }) => [role, closeReason, total.sentPackets, total.receivedPackets]),
    [
      ['client', 'fin', 4, 3],
      ['server', 'fin', 3, 4],
    ],
  );
  assert.equal(sightings.left.repeated, 14);
  assert.deepEqual(of('probe'), []);
  const [listener] = of('listener').slice(-1);
  assert.deepEqual([listener?.syns, listener?.completed, listener?.halfOpen], [1, 1, 0]);
});

test('the order in which tellers are heard does not matter: one after the other is one connection', () => {
  const { sightings, of } = open();
  for (const teller of ['a|to-stack', 'b|to-endpoint']) for (const each of connection(teller, 0)) sightings.take(each);
  sightings.tracker.advance(T0 + 5000);
  assert.equal(of('connection').filter(({ phase }) => phase === 'closed').length, 2);
  assert.equal(sightings.tracker.conversations.tcp, 1);
});

test('a SYN that is sent again is told again by each, and counts as sent again', () => {
  const { sightings, of } = open();
  for (const at of [0, 7000]) {
    for (const teller of ['a|to-stack', 'b|to-endpoint']) sightings.take(sighting({ at, flags: SYN, teller }));
  }
  sightings.tracker.advance(T0 + 9000);
  const [last] = of('connection').slice(-1);
  assert.deepEqual([last?.total.sentPackets, last?.total.retransmits, last?.established], [2, 1, false]);
});

test('the same ports begin another connection after the first', () => {
  const { sightings, of } = open();
  for (const at of [0, 50]) {
    for (const each of connection('a|to-stack', at)) sightings.take(each);
    for (const each of connection('b|to-endpoint', at, 0.5)) sightings.take(each);
  }
  sightings.tracker.advance(T0 + 5000);
  assert.equal(of('connection').filter(({ role, phase }) => role === 'client' && phase === 'closed').length, 2);
});

test('a closed port that answers with RST is a probe', () => {
  const { sightings, of } = open();
  sightings.take(sighting({ flags: SYN }));
  sightings.take(sighting({ at: 1, back: true, flags: RST | ACK }));
  sightings.tracker.advance(T0 + 2000);
  assert.deepEqual(
    of('probe').map(({ sourceIp, targetIp, lastPort, packets }) => [sourceIp, targetIp, lastPort, packets]),
    [[CLIENT, SERVER, 80, 1]],
  );
  assert.equal(of('connection')[0]?.closeReason, 'refused');
});

test('a denied packet is one denial, whoever tells of it, and no probe', () => {
  const { sightings, of } = open();
  const drop = { cause: 'policy', reason: 'POLICY_DENIED' } as const;
  sightings.take(sighting({ flags: SYN, teller: 'a|to-stack' }));
  sightings.take(sighting({ at: 1, flags: SYN, teller: 'b|verdict', drop }));
  sightings.take(sighting({ at: 1, flags: SYN, teller: 'b|drop', drop }));
  sightings.tracker.advance(T0 + 3000);
  assert.deepEqual(of('denial'), [
    {
      kind: 'denial',
      timeMs: T0 + 1,
      protocol: 'TCP',
      client: { ip: CLIENT, port: 40_000 },
      server: { ip: SERVER, port: 80 },
      cause: 'policy',
      reason: 'POLICY_DENIED',
      packets: 1,
    },
  ]);
  assert.deepEqual([of('probe'), of('connection')], [[], []]);
});

test('a packet of an open connection that is dropped is no denial', () => {
  const { sightings, of } = open();
  const drop = { cause: 'other', reason: 'CT_MAP_INSERTION_FAILED' } as const;
  sightings.take(sighting({ flags: ACK, drop }));
  assert.deepEqual(of('denial'), []);
  assert.deepEqual(
    of('drop').map(({ reason, targetIp }) => [reason, targetIp]),
    [['CT_MAP_INSERTION_FAILED', SERVER]],
  );
});

test('connections that were open before are no probes, and an answer alone is nothing', () => {
  const { sightings, of } = open();
  sightings.take(sighting({ flags: ACK }));
  sightings.take(sighting({ at: 5000, back: true, flags: ACK }));
  sightings.take(sighting({ at: 5001, sourcePort: 41_000, flags: RST, isReply: undefined }));
  sightings.take(sighting({ at: 5002, back: true, targetPort: 42_000, flags: SYN | ACK }));
  sightings.tracker.advance(T0 + 9000);
  assert.deepEqual(of('probe'), []);
  assert.deepEqual(
    of('connection')
      .map(({ role, preexisting, established }) => [role, preexisting, established])
      .slice(0, 2),
    [
      ['client', true, true],
      ['server', true, true],
    ],
  );
  assert.equal(sightings.left.unbegun, 2);
});

test('a bare ACK that is answered by RST is a probe, and one that is not answered is nothing', () => {
  const { sightings, of } = open();
  for (const teller of ['a|to-stack', 'b|to-endpoint']) {
    sightings.take(sighting({ flags: ACK, teller }));
    sightings.take(sighting({ at: 1, back: true, flags: RST, teller }));
  }
  sightings.take(sighting({ at: 2, sourcePort: 41_000, flags: ACK }));
  sightings.tracker.advance(T0 + 3000);
  assert.deepEqual(
    of('probe').map(({ sourceIp, targetIp, lastPort, shapes }) => [sourceIp, targetIp, lastPort, shapes.ack]),
    [[CLIENT, SERVER, 80, 1]],
  );
  assert.deepEqual(of('connection'), []);
});

test('tellers of SYN, FIN and RST alone are found out', () => {
  const { sightings } = open();
  for (let nth = 0; nth < 30; nth++) {
    const sourcePort = 30_000 + nth;
    const client = (at: number, flags: number) => sighting({ at: nth * 100 + at, sourcePort, flags });
    const server = (at: number, flags: number) =>
      sighting({ at: nth * 100 + at, back: true, targetPort: sourcePort, flags });
    for (const each of [client(0, SYN), server(1, SYN | ACK), client(50, FIN | ACK), server(51, FIN | ACK)])
      sightings.take(each);
  }
  assert.equal(sightings.tellsHandshakes, false);
  for (let nth = 0; nth < 64; nth++) {
    for (const each of connection('a|to-stack', 10_000 + nth * 100)) sightings.take({ ...each, ...ports(each, nth) });
  }
  assert.equal(sightings.tellsHandshakes, true);
});

function ports({ sourcePort, targetPort }: Sighting, nth: number) {
  return sourcePort === 80 ? { targetPort: targetPort + nth } : { sourcePort: sourcePort + nth };
}

test('a conversation of datagrams is one, and its opener is who did not reply', () => {
  const { sightings, of } = open();
  const dns = { protocol: 'UDP', flags: 0 } as const;
  sightings.take(sighting({ ...dns, back: true, targetPort: 50_000 }));
  for (const teller of ['a|to-stack', 'b|to-endpoint']) {
    sightings.take(sighting({ ...dns, teller }));
    sightings.take(sighting({ ...dns, at: 1, back: true, teller }));
  }
  sightings.tracker.advance(T0 + 3000);
  assert.deepEqual(
    of('datagrams').map(({ role, delta }) => [role, delta.sentPackets, delta.receivedPackets]),
    [
      ['client', 1, 1],
      ['server', 1, 1],
    ],
  );
});

test('what names no address is counted, and a clock that is wrong sets nothing back', () => {
  const { sightings } = open();
  sightings.take(sighting({ flags: SYN }));
  sightings.take(sighting({ sourceIp: 'nobody', flags: SYN }));
  sightings.take(sighting({ at: -3_600_000, sourcePort: 1, flags: SYN }));
  assert.equal(sightings.left.unreadable, 1);
  assert.equal(sightings.tracker.disorder.setBack, 0);
});
