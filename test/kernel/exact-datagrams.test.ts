/** UDP and ICMP: bytes and packets of a cgroup are exact, whatever offload and the conversation table do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DatagramTotal } from '../../packages/agent/src/sources/ebpf/datagram-totals.ts';
import { Background } from './support/command.ts';
import { enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace, ip } from './support/own-namespace.ts';
import { PeerNamespace } from './support/peer-namespace.ts';
import { internetChecksum } from './support/raw-segment.ts';
import { AF, familyOf, IPPROTO, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const cgroup = enterOwnCgroup();
ip('link set lo mtu 1500');

const SINK = fileURLToPath(new URL('support/children/datagram-sink.ts', import.meta.url));
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const UDP_GRO = 104;
const IPPROTO_IPV6 = 41;
const IPV6_DSTOPTS = 59;

function watchCgroup(settings = {}): Watch {
  return new Watch({ netns, cgroupId: cgroup.id, settings });
}

function udpPair(address: string): { sender: Socket; receiver: Socket } {
  const family = familyOf(address);
  const receiver = Socket.open(family, SOCK.dgram)
    .forceReceiveBuffer(8 << 20)
    .bind(address);
  const sender = Socket.open(family, SOCK.dgram).connect(address, receiver.local);
  return { sender, receiver };
}

/** Sums of all conversations of one local port. */
function conversationSums(watch: Watch, localPort: number) {
  const sums = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0 };
  for (const seen of watch.datagrams) {
    if (seen.local.port !== localPort) continue;
    for (const field of Object.keys(sums) as (keyof typeof sums)[]) sums[field] += seen.delta[field];
  }
  return sums;
}

function numbers(total: DatagramTotal | undefined) {
  return total && [total.sentPackets, total.sentBytes, total.receivedPackets, total.receivedBytes];
}

const MTU_PAYLOAD = 1400;
const ways = [
  { title: 'UDP over IPv4', address: '127.0.0.1', batch: 1 },
  { title: 'UDP over IPv6', address: '::1', batch: 1 },
  { title: 'UDP over IPv4 sent in batches of 40 (GSO)', address: '127.0.0.1', batch: 40 },
  { title: 'UDP over IPv6 sent in batches of 40 (GSO)', address: '::1', batch: 40 },
  { title: 'UDP over IPv4 sent and taken in batches of 40 (GSO and GRO)', address: '127.0.0.1', batch: 40, gro: true },
  { title: 'UDP over IPv6 behind a destination option', address: '::1', batch: 1, option: true },
];

for (const { title, address, batch, gro, option } of ways) {
  test(`${title}: bytes and packets are exact, in the total and in the conversation`, async () => {
    await using watch = watchCgroup();
    const { sender, receiver } = udpPair(address);
    if (batch > 1) sender.option(SOL_UDP, UDP_SEGMENT, MTU_PAYLOAD);
    if (gro) receiver.option(SOL_UDP, UDP_GRO, 1);
    if (option) sender.optionBytes(IPPROTO_IPV6, IPV6_DSTOPTS, Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0));
    let packets = 0;
    let taken = 0;
    for (let i = 0; i < 1000; i++) {
      /* The last datagram of a batch may be short. */
      const bytes = batch > 1 ? (batch - 1) * MTU_PAYLOAD + (i % MTU_PAYLOAD) + 1 : i % (MTU_PAYLOAD + 1);
      sender.sendDatagram(bytes);
      packets += batch;
      taken += receiver.receiveWaiting();
      if (i % 300 === 0) watch.source.tick();
    }
    taken += receiver.receiveWaiting();
    assert.equal(receiver.received, sender.sent, 'the socket dropped nothing');
    if (!gro) assert.equal(taken, packets);
    watch.source.tick();

    assert.deepEqual(numbers(watch.totals.get('UDP loopback')), [packets, sender.sent, packets, sender.sent]);
    assert.deepEqual(conversationSums(watch, sender.local), {
      sentPackets: packets,
      sentBytes: sender.sent,
      receivedPackets: 0,
      receivedBytes: 0,
    });
    assert.deepEqual(conversationSums(watch, receiver.local), {
      sentPackets: 0,
      sentBytes: 0,
      receivedPackets: packets,
      receivedBytes: sender.sent,
    });
    assert.equal(watch.datagrams.find((seen) => seen.local.port === sender.local)?.role, 'client');
    assert.equal(watch.datagrams.find((seen) => seen.local.port === receiver.local)?.role, 'server');
    assert.equal(watch.totals.get('UDP'), undefined, 'loopback is kept apart');
    assert.deepEqual(watch.lost(), {});
    sender.close();
    receiver.close();
  });
}

test('between two pods the packets are those of either cgroup, with batches on the way (GSO over veth)', async () => {
  await using watch = new Watch({ netns });
  await using peer = await PeerNamespace.open();
  await using sink = new Background('nsenter', [`--net=${peer.path}`, '--', process.execPath, SINK, '198.51.100.2']);
  const { port, cgroupId } = JSON.parse(await sink.line()) as { port: number; cgroupId: number };
  const sender = Socket.open(AF.inet, SOCK.dgram)
    .option(SOL_UDP, UDP_SEGMENT, MTU_PAYLOAD)
    .connect('198.51.100.2', port);
  for (let i = 0; i < 500; i++) {
    sender.sendDatagram(20 * MTU_PAYLOAD);
    if (i % 50 === 49) {
      sink.write('read');
      await sink.line();
    }
  }
  sink.write('read');
  const received = JSON.parse(await sink.line()) as { received: number };
  watch.source.tick();
  assert.deepEqual(received, { received: sender.sent });
  const sums = (id: number) => {
    const seen = watch.datagrams.filter((each) => each.cgroupId === id && !each.loopback && each.protocol === 'UDP');
    return [
      seen.reduce((sum, { delta }) => sum + delta.sentPackets + delta.receivedPackets, 0),
      seen.reduce((sum, { delta }) => sum + delta.sentBytes + delta.receivedBytes, 0),
    ];
  };
  assert.deepEqual(
    [sums(cgroup.id), sums(cgroupId)],
    [
      [10_000, sender.sent],
      [10_000, sender.sent],
    ],
  );
  const total = watch.allTotals.filter((each) => each.protocol === 'UDP' && !each.loopback);
  assert.deepEqual(numbers(total.find((each) => each.cgroupId === cgroup.id)), [10_000, sender.sent, 0, 0]);
  assert.deepEqual(numbers(total.find((each) => each.cgroupId === cgroupId)), [0, 0, 10_000, sender.sent]);
  sender.close();
  await sink.finish();
});

test('a datagram larger than the link is one packet, however many fragments carry it', async () => {
  await using watch = watchCgroup();
  for (const address of ['127.0.0.1', '::1']) {
    const { sender, receiver } = udpPair(address);
    for (let i = 0; i < 50; i++) {
      sender.sendDatagram(4000 + i * 100);
      assert.equal(receiver.receive(), 4000 + i * 100);
    }
    watch.source.tick();
    assert.deepEqual(conversationSums(watch, sender.local).sentPackets, 50);
    assert.deepEqual(conversationSums(watch, sender.local).sentBytes, sender.sent);
    assert.deepEqual(conversationSums(watch, receiver.local).receivedPackets, 50);
    assert.deepEqual(conversationSums(watch, receiver.local).receivedBytes, receiver.received);
    sender.close();
    receiver.close();
  }
});

test('what a full socket drops has arrived: it is counted, and named among the drops', async () => {
  await using watch = watchCgroup();
  const receiver = Socket.open(AF.inet, SOCK.dgram).receiveBuffer(4096).bind('127.0.0.1');
  const sender = Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', receiver.local);
  for (let i = 0; i < 200; i++) sender.sendDatagram(1000);
  const taken = receiver.receiveWaiting();
  assert.ok(taken > 0 && taken < 200);
  watch.source.tick();
  assert.equal(watch.totals.get('UDP loopback')?.receivedPackets, 200);
  const dropped = watch.drops
    .filter((seen) => seen.reason === 'SOCKET_RCVBUFF')
    .reduce((sum, seen) => sum + seen.packets, 0);
  assert.equal(dropped, 200 - taken);
  sender.close();
  receiver.close();
});

test('ICMP and ICMPv6 echoes are counted', async () => {
  await using watch = watchCgroup();
  const ICMP_FILTER = 1;
  const v4 = Socket.open(AF.inet, SOCK.raw, IPPROTO.icmp)
    .option(255, ICMP_FILTER, ~(1 << 0))
    .connect('127.0.0.1', 0);
  const v6 = Socket.open(AF.inet6, SOCK.raw, IPPROTO.icmpv6).connect('::1', 0);
  /* struct icmp6_filter: a bit set blocks the type; only the echo reply, 129, passes. */
  const filter = new Uint32Array(8).fill(0xffffffff);
  filter[4] = ~(1 << 1);
  v6.optionBytes(58, ICMP_FILTER, new Uint8Array(filter.buffer));
  const payload = 120;
  for (let n = 0; n < 25; n++) {
    for (const [socket, type] of [
      [v4, 8],
      [v6, 128],
    ] as const) {
      const echo = Buffer.alloc(8 + payload, 0x61);
      echo.fill(0, 0, 8);
      echo[0] = type;
      echo.writeUInt16BE(n, 6);
      if (type === 8) echo.writeUInt16BE(internetChecksum(echo), 2);
      socket.sendTo(echo, type === 8 ? '127.0.0.1' : '::1', 0);
      assert.ok(socket.receive() > 0);
    }
  }
  watch.source.tick();
  assert.deepEqual(numbers(watch.totals.get('ICMP loopback')), [50, 50 * payload, 50, 50 * payload]);
  const conversations = watch.datagrams.filter((seen) => seen.protocol === 'ICMP');
  assert.deepEqual(new Set(conversations.map((seen) => seen.remote.ip)), new Set(['127.0.0.1', '::1']));
  v4.close();
  v6.close();
});

test('totals are exact when the table of conversations has 64 entries', async () => {
  await using watch = watchCgroup({ maxConversations: 64 });
  const receiver = Socket.open(AF.inet, SOCK.dgram)
    .forceReceiveBuffer(8 << 20)
    .bind('127.0.0.1');
  const senders = Array.from({ length: 500 }, () =>
    Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', receiver.local),
  );
  for (let turn = 0; turn < 20; turn++) {
    for (const sender of senders) sender.sendDatagram(100 + turn);
    receiver.receiveWaiting();
  }
  watch.source.tick();
  const total = watch.totals.get('UDP loopback');
  assert.deepEqual(numbers(total), [10_000, receiver.received, 10_000, receiver.received]);
  const inConversations = watch.datagrams.reduce(
    (sum, seen) => sum + seen.delta.sentPackets + seen.delta.receivedPackets,
    0,
  );
  assert.equal(
    inConversations + total!.withoutConversation,
    20_000,
    'each packet is in a conversation or counted as without',
  );
  assert.ok(total!.withoutConversation > 10_000);
  assert.ok((watch.source.lost().conv_map ?? 0) >= total!.withoutConversation, 'and is among the losses');
  for (const sender of senders) sender.close();
  receiver.close();
});

test('a conversation over for 30 seconds is reported as ended and forgotten, and its bytes stay in the total', async () => {
  await using watch = watchCgroup();
  const { sender, receiver } = udpPair('127.0.0.1');
  sender.sendDatagram(500);
  watch.source.tick();
  await watch.until(
    'the end of both directions',
    () => watch.datagrams.filter((seen) => seen.ended).length >= 2,
    40_000,
  );
  assert.deepEqual(
    watch.datagrams.filter((seen) => seen.ended).map((seen) => seen.delta.sentPackets),
    [0, 0],
  );
  const before = watch.datagrams.length;
  sender.sendDatagram(700);
  watch.source.tick();
  assert.deepEqual(
    watch.datagrams.slice(before).map((seen) => seen.isNew),
    [true, true],
    'then it begins anew',
  );
  assert.deepEqual(numbers(watch.totals.get('UDP loopback')), [2, 1200, 2, 1200]);
  sender.close();
  receiver.close();
});
