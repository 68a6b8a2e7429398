/** Packets that find no socket, and dropped packets by the kernel's reason. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ProbeObservation, ProbeShape } from '../../packages/core/src/index.ts';
import { alarmDelayMs } from './support/alarm-delay.ts';
import { enterOwnNamespace, ip } from './support/own-namespace.ts';
import { PeerNamespace } from './support/peer-namespace.ts';
import { FLAG, PacketSender, RawSender } from './support/raw-segment.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
ip('addr add 10.9.0.1/32 dev lo');
ip('addr add 10.9.0.2/32 dev lo');
/* Packets that come in by loopback, past the IP layer, have a source that is ours. */
writeFileSync('/proc/sys/net/ipv4/conf/lo/accept_local', '1');
const SCANNER = '10.9.0.2';
const TARGET = '10.9.0.1';
const FIRST_PORT = 2000;

/** What one source sent to one target, summed over all observations. */
function sum(probes: readonly ProbeObservation[], source: string, target: string) {
  const shapes: Partial<Record<ProbeShape, number>> = {};
  let packets = 0;
  let distinctPorts = 0;
  for (const seen of probes) {
    if (seen.sourceIp !== source || seen.targetIp !== target) continue;
    packets += seen.packets;
    distinctPorts = seen.distinctPorts;
    for (const [shape, count] of Object.entries(seen.shapes)) {
      if (count > 0) shapes[shape as ProbeShape] = (shapes[shape as ProbeShape] ?? 0) + count;
    }
  }
  return { packets, shapes, distinctPorts };
}

function dropped(watch: Watch, reason: string): number {
  return watch.drops.filter((seen) => seen.reason === reason).reduce((total, seen) => total + seen.packets, 0);
}

test('2,000 SYNs to closed ports are all counted, at the target and as answers at the scanner', async () => {
  await using watch = new Watch({ netns });
  const raw = new RawSender();
  for (let n = 0; n < 2000; n++) {
    raw.send({ from: SCANNER, to: TARGET, sourcePort: 40_000, port: FIRST_PORT + n, flags: FLAG.syn });
    if (n === 700) watch.source.tick();
  }
  raw.close();
  watch.source.tick();
  const there = sum(watch.probes, SCANNER, TARGET);
  assert.deepEqual([there.packets, there.shapes], [2000, { syn: 2000 }]);
  assert.ok(there.distinctPorts >= 1000, `more ports than the sketch can tell apart: ${there.distinctPorts}`);
  /* The answers find no socket where the raw packets came from: so the scanner shows itself too. */
  assert.deepEqual(sum(watch.probes, TARGET, SCANNER).shapes, { rst: 2000 });
  assert.equal(dropped(watch, 'NO_SOCKET'), 4000);
});

for (const ports of [5, 25, 100, 300]) {
  test(`${ports} different ports are estimated within a quarter, in order or at random`, async () => {
    await using watch = new Watch({ netns });
    const raw = new RawSender();
    for (let n = 0; n < ports; n++) {
      const inOrder = { from: SCANNER, to: TARGET, sourcePort: 40_000, port: FIRST_PORT + n, flags: FLAG.syn };
      raw.send(inOrder);
      raw.send(inOrder);
      raw.send({ ...inOrder, from: '10.9.0.3', port: 1024 + ((n * 40_503) % 60_000) });
    }
    raw.close();
    watch.source.tick();
    for (const source of [SCANNER, '10.9.0.3']) {
      const { distinctPorts } = sum(watch.probes, source, TARGET);
      assert.ok(Math.abs(distinctPorts - ports) <= Math.max(1, ports / 4), `${source}: ${distinctPorts} for ${ports}`);
    }
  });
}

test('each shape of scan is told by its flags', async () => {
  await using watch = new Watch({ netns });
  const raw = new RawSender();
  const shapes = {
    syn: FLAG.syn,
    fin: FLAG.fin,
    null: 0,
    xmas: FLAG.fin | FLAG.psh | FLAG.urg,
    ack: FLAG.ack,
    rst: FLAG.rst,
    synAck: FLAG.syn | FLAG.ack,
    other: FLAG.syn | FLAG.fin,
  };
  for (const [i, flags] of Object.values(shapes).entries()) {
    for (let n = 0; n <= i; n++)
      raw.send({ from: SCANNER, to: TARGET, sourcePort: 40_000, port: FIRST_PORT + n, flags });
  }
  raw.close();
  const udp = Socket.open(AF.inet, SOCK.dgram).bind(SCANNER);
  for (let n = 0; n < 20; n++) udp.sendTo(Buffer.from('probe'), TARGET, FIRST_PORT + n);
  udp.close();
  const udp6 = Socket.open(AF.inet6, SOCK.dgram).bind('::1');
  for (let n = 0; n < 7; n++) udp6.sendTo(Buffer.from('probe'), '::1', FIRST_PORT + n);
  udp6.close();
  watch.source.tick();
  assert.deepEqual(sum(watch.probes, SCANNER, TARGET).shapes, {
    syn: 1,
    fin: 2,
    null: 3,
    xmas: 4,
    ack: 5,
    rst: 6,
    synAck: 7,
    other: 8,
    udp: 20,
  });
  assert.deepEqual(sum(watch.probes, '::1', '::1').shapes, { udp: 7 });
});

test('a refused connect of a real client is one SYN without a socket, and no RST without one', async () => {
  await using watch = new Watch({ netns });
  const client = Socket.open(AF.inet, SOCK.stream).bind(SCANNER);
  assert.equal(client.tryConnect(TARGET, FIRST_PORT), 111);
  client.close();
  watch.source.tick();
  assert.deepEqual(sum(watch.probes, SCANNER, TARGET).shapes, { syn: 1 });
  assert.deepEqual(sum(watch.probes, TARGET, SCANNER).shapes, {});
});

test('who sends past the IP layer (AF_PACKET) is shown by the answers that find no socket', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(TARGET);
  const sender = new PacketSender();
  for (let n = 0; n < 50; n++)
    sender.send({ from: SCANNER, to: TARGET, sourcePort: 40_000, port: FIRST_PORT + n, flags: FLAG.syn });
  for (let n = 0; n < 30; n++)
    sender.send({ from: SCANNER, to: TARGET, sourcePort: 41_000 + n, port: listener.local, flags: FLAG.syn });
  sender.close();
  watch.source.tick();
  assert.deepEqual(sum(watch.probes, SCANNER, TARGET).shapes.syn, 50);
  const answers = sum(watch.probes, TARGET, SCANNER).shapes;
  assert.equal(answers.rst, 50);
  assert.ok(answers.synAck! >= 30, `SYN-ACKs of the open port: ${answers.synAck}`);
  listener.close();
});

test('the number of ports that raises an alarm is told at once', async () => {
  await using watch = new Watch({ netns, limits: { probePorts: 20 } });
  const raw = new RawSender();
  const scanner = (round: number) => `10.9.1.${round + 1}`;
  const send = (round: number, n: number) =>
    raw.send({ from: scanner(round), to: TARGET, sourcePort: 40_000, port: FIRST_PORT + n, flags: FLAG.syn });
  for (let round = 0; round < 5; round++)
    for (let n = 0; n < 15; n++) for (let again = 0; again < 5; again++) send(round, n);
  watch.source.drain();
  assert.equal(watch.probes.length, 0, '15 ports are too few, however often');
  const delayMs = await alarmDelayMs(watch.source, (round) => {
    for (let n = 15; n < 30; n++) send(round, n);
  });
  assert.ok(delayMs < 100, `told after ${delayMs} ms`);
  const alarms = watch.probes.filter((seen) => seen.trigger === 'threshold');
  assert.deepEqual(
    alarms.map((seen) => [seen.sourceIp, seen.targetIp]),
    [0, 1, 2, 3, 4].map((round) => [scanner(round), TARGET]),
  );
  assert.ok(alarms.every(({ distinctPorts }) => distinctPorts >= 20 && distinctPorts <= 25));
  watch.source.tick();
  assert.equal(sum(watch.probes, scanner(0), TARGET).packets, 90, 'alarm and tick add up, none twice');
  raw.close();
});

test('echo replies to a ping of a raw socket are dropped packets, and neither probes nor lost', async () => {
  await using peer = await PeerNamespace.open();
  await using watch = new Watch({ netns: peer.netns });
  await peer.run('hping3', ['--icmp', '-c', '20', '-i', 'u1000', '-q', '198.51.100.1']);
  await watch.until('the drops', () => dropped(watch, 'NO_SOCKET') >= 20);
  assert.equal(dropped(watch, 'NO_SOCKET'), 20);
  assert.deepEqual(watch.probes, []);
  assert.deepEqual(watch.lost(), {});
});

test('drops carry the running kernel’s names, also for packets with broken checksums', async () => {
  await using watch = new Watch({ netns });
  await using peer = await PeerNamespace.open();
  const listener = listenTcp('198.51.100.1');
  await peer
    .run('hping3', ['-c', '20', '-i', 'u1000', '-S', '-b', '-q', '-p', String(listener.local), '198.51.100.1'])
    .catch(() => '');
  await watch.until('the drops', () => dropped(watch, 'TCP_CSUM') >= 20);
  assert.equal(dropped(watch, 'TCP_CSUM'), 20);
  assert.equal(watch.groups.get(`198.51.100.1:${listener.local}`)?.syns ?? 0, 0, 'none reached the listener');
  assert.ok(
    watch.drops.every((seen) => /^[A-Z0-9_]+$/.test(seen.reason)),
    'no reason without a name',
  );
  listener.close();
});

test('a SYN scan from another namespace is attributed at both ends', async () => {
  await using peer = await PeerNamespace.open();
  await using watch = new Watch();
  const out = await peer.run('sh', [
    '-c',
    'hping3 -c 1000 -i u300 -S -q -s 40000 -k -p ++3000 198.51.100.1 2>&1 || true',
  ]);
  assert.match(out, /1000 packets transmitted/);
  const shapes = (at: number, source: string) =>
    sum(
      watch.probes.filter((seen) => seen.netns === at),
      source,
      source === '198.51.100.2' ? '198.51.100.1' : '198.51.100.2',
    ).shapes;
  await watch.until('all probes', () => shapes(netns, '198.51.100.2').syn === 1000);
  assert.deepEqual(shapes(netns, '198.51.100.2'), { syn: 1000 });
  assert.deepEqual(shapes(peer.netns, '198.51.100.1'), { rst: 1000 });
});

test('a spoofed SYN flood: what was sent is what the listener saw and what was refused as an invalid source', async () => {
  await using peer = await PeerNamespace.open();
  ip('route add default via 198.51.100.2');
  await using watch = new Watch({ netns });
  const listener = listenTcp('198.51.100.1');
  const out = await peer.run('sh', [
    '-c',
    `hping3 -c 20000 -i u20 -S -q --rand-source -p ${listener.local} 198.51.100.1 2>&1 || true`,
  ]);
  const sent = Number(/(\d+) packets transmitted/.exec(out)?.[1]);
  assert.equal(sent, 20_000);
  const group = () => watch.groups.get(`198.51.100.1:${listener.local}`);
  const seen = () => (group()?.syns ?? 0) + (group()?.synRetransmits ?? 0);
  const refused = () =>
    watch.drops
      .filter(({ reason }) => /^IP_(INVALID_SOURCE|LOCAL_SOURCE|RPFILTER|LOCALNET)$/.test(reason))
      .reduce((total, { packets }) => total + packets, 0);
  await watch.until('all packets', () => seen() + refused() >= sent).catch(() => {});
  assert.equal(
    seen() + refused(),
    sent,
    `seen ${seen()}, refused ${refused()}, ${JSON.stringify(watch.drops.map(({ reason, packets }) => [reason, packets]))}`,
  );
  assert.ok(seen() > sent * 0.85);
  assert.equal(group()?.completed, 0);
  const client = connectTcp('198.51.100.1', listener.local);
  client.close();
  watch.source.tick();
  assert.equal(group()?.completed, 1, 'a real client in the flood completes');
  listener.close();
});
