/** What is sampled of payload is what applications wrote: the first two packets each way, once, under the id of their conversation. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PayloadObservation } from '../../packages/core/src/index.ts';
import { enterAgain, enterOwnCgroup, type OwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace, ip } from './support/own-namespace.ts';
import { PeerNamespace } from './support/peer-namespace.ts';
import { AF, connectTcp, familyOf, IPPROTO, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch, type WatchOptions } from './support/watch.ts';

const netns = enterOwnNamespace();
const servers = enterOwnCgroup('servers');
const clients = enterOwnCgroup('clients');
ip('link set lo mtu 1500');
writeFileSync('/proc/sys/net/ipv4/tcp_fastopen', '3');

const TCP_NODELAY = 1;
const TCP_DEFER_ACCEPT = 9;
const TCP_FASTOPEN = 23;
const TCP_FASTOPEN_CONNECT = 30;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;

function watchPayload(options: WatchOptions = {}): Watch {
  return new Watch({ netns, cgroupId: clients.id, ...options });
}

/** Bytes that differ from place to place and from `seed` to `seed`. */
function text(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (seed * 31 + i * 7 + (i >> 8)) & 255;
  return bytes;
}

function inCgroup<T>(cgroup: OwnCgroup, make: () => T): T {
  enterAgain(cgroup);
  return make();
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

function connected(address: string, port = 0): Pair {
  const listener = inCgroup(servers, () => listenTcp(address, { port }));
  const client = inCgroup(clients, () => connectTcp(address, listener.local));
  const server = listener.accept();
  listener.close();
  for (const each of [client, server]) each.option(IPPROTO.tcp, TCP_NODELAY, 1);
  return { client, server };
}

function deliver(from: Socket, to: Socket, ...writes: readonly Uint8Array[]): void {
  for (const bytes of writes) {
    from.sendBytes(bytes);
    to.receiveExactly(bytes.length);
  }
}

function close({ client, server }: Pair): void {
  client.close();
  server.receiveToEnd().close();
}

function directions(samples: readonly PayloadObservation[]) {
  const of = (sent: boolean) =>
    samples
      .filter((seen) => seen.sent === sent)
      .map(({ offset, length, bytes }) => [offset, length, Buffer.from(bytes)]);
  return { sent: of(true), received: of(false) };
}

for (const address of ['127.0.0.1', '::1']) {
  test(`TCP over ${address}: the first two segments each way, told by the client's end, with the connection's id`, async () => {
    await using watch = watchPayload();
    const pair = connected(address);
    const asked = [text(1, 300), text(2, 700), text(3, 50)];
    const answered = [text(4, 1), text(5, 1400), text(6, 99)];
    for (let turn = 0; turn < 3; turn++) {
      deliver(pair.client, pair.server, asked[turn]!);
      deliver(pair.server, pair.client, answered[turn]!);
    }
    close(pair);
    await watch.until('both ends', () => watch.closed().length >= 2);
    assert.deepEqual(directions(watch.payloads), {
      sent: [
        [0, 300, asked[0]],
        [300, 700, asked[1]],
      ],
      received: [
        [0, 1, answered[0]],
        [1, 1400, answered[1]],
      ],
    });
    const connection = watch.closed().find(({ role }) => role === 'client')!;
    for (const { id, role, cgroupId, netns: where, local, remote, transport } of watch.payloads) {
      assert.deepEqual(
        { id, role, cgroupId, where, local, remote, transport },
        { ...pick(connection), where: netns, transport: 'TCP', cgroupId: clients.id },
      );
    }
  });

  test(`UDP over ${address}: the first two datagrams each way, with the conversation's id`, async () => {
    await using watch = watchPayload();
    const receiver = inCgroup(servers, () => Socket.open(familyOf(address), SOCK.dgram).bind(address));
    const sender = inCgroup(clients, () => Socket.open(familyOf(address), SOCK.dgram).connect(address, receiver.local));
    receiver.connect(address, sender.local);
    const asked = [text(1, 300), text(2, 1400), text(3, 50)];
    const answered = [text(4, 1), text(5, 1000), text(6, 99)];
    for (let turn = 0; turn < 3; turn++) {
      deliver(sender, receiver, asked[turn]!);
      deliver(receiver, sender, answered[turn]!);
    }
    watch.source.tick();
    assert.deepEqual(directions(watch.payloads), {
      sent: asked.slice(0, 2).map((bytes) => [0, bytes.length, bytes]),
      received: answered.slice(0, 2).map((bytes) => [0, bytes.length, bytes]),
    });
    const conversation = watch.datagrams.find(({ role }) => role === 'client')!;
    for (const sample of watch.payloads) assert.deepEqual(pick(sample), pick(conversation));
    sender.close();
    receiver.close();
  });
}

function pick({
  id,
  role,
  cgroupId,
  local,
  remote,
}: Pick<PayloadObservation, 'id' | 'role' | 'cgroupId' | 'local' | 'remote'>) {
  return { id, role, cgroupId, local, remote };
}

test('of a server that speaks first its own end is told', async () => {
  await using watch = watchPayload();
  const pair = connected('127.0.0.1');
  const banner = Buffer.from('220 mail.example.org ESMTP\r\n');
  deliver(pair.server, pair.client, banner);
  deliver(pair.client, pair.server, Buffer.from('EHLO me\r\n'));
  watch.source.tick();
  assert.deepEqual(
    watch.payloads.map(({ role, sent, bytes }) => [role, sent, Buffer.from(bytes).toString()]),
    [
      ['server', true, banner.toString()],
      ['server', false, 'EHLO me\r\n'],
    ],
  );
  close(pair);
});

test('a hello larger than a segment, sent as one batch, is told as its first two segments', async () => {
  await using watch = watchPayload();
  const pair = connected('127.0.0.1');
  const hello = text(1, 9000);
  deliver(pair.client, pair.server, hello);
  watch.source.tick();
  const { sent } = directions(watch.payloads);
  const [first, second] = sent as [[number, number, Buffer], [number, number, Buffer]];
  assert.equal(sent.length, 2);
  assert.ok(first[1] > 1300 && first[1] < 1461, `a segment has ${first[1]} bytes`);
  assert.deepEqual([first[0], second[0]], [0, first[1]]);
  assert.equal(Buffer.compare(Buffer.concat([first[2], second[2]]), hello.subarray(0, first[1] + second[2].length)), 0);
  assert.deepEqual([first[2].length, second[1]], [first[1], first[1]]);
  close(pair);
});

test('a segment larger than 1,500 bytes is told as its first 1,500 and its length', async () => {
  ip('link set lo mtu 65536');
  await using watch = watchPayload();
  const pair = connected('127.0.0.1');
  const large = text(1, 20_000);
  deliver(pair.client, pair.server, large);
  watch.source.tick();
  assert.deepEqual(directions(watch.payloads).sent, [[0, 20_000, large.subarray(0, 1500)]]);
  close(pair);
  ip('link set lo mtu 1500');
});

test('a connection that goes on for long is sampled at its beginning only, and one that is older not at all', async () => {
  const older = connected('127.0.0.1');
  deliver(older.client, older.server, text(9, 10));
  await using watch = watchPayload();
  watch.source.tick();
  deliver(older.client, older.server, text(9, 10));
  const pair = connected('127.0.0.1');
  for (let turn = 0; turn < 300; turn++) deliver(pair.client, pair.server, text(turn, 60_000));
  watch.source.tick();
  assert.deepEqual(
    watch.payloads.map(({ sent, offset, length }) => [sent, offset, length]),
    [
      [true, 0, watch.payloads[0]!.length],
      [true, watch.payloads[0]!.length, watch.payloads[0]!.length],
    ],
  );
  close(pair);
  close(older);
});

test('what comes with the last ACK of a handshake, when only the listener is there, is told of the connection', async () => {
  for (const [bound, address] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['::', '127.0.0.1'],
  ] as const) {
    await using watch = watchPayload();
    watch.source.excludePayload(clients.id);
    const listener = inCgroup(servers, () => listenTcp(bound).option(IPPROTO.tcp, TCP_DEFER_ACCEPT, 5));
    const client = inCgroup(clients, () => connectTcp(address, listener.local));
    const hello = text(1, 517);
    client.sendBytes(hello);
    const server = listener.accept().option(IPPROTO.tcp, TCP_NODELAY, 1);
    server.receiveExactly(517);
    deliver(client, server, text(2, 100), text(3, 100));
    const samples = await watch.until('samples', () => watch.payloads.length > 1 && watch.payloads);
    close({ client, server });
    await watch.until('both ends', () => watch.closed().length >= 2);
    const { id, local, remote } = watch.closed().find(({ role }) => role === 'server')!;
    assert.deepEqual(directions(samples).received, [
      [0, 517, hello],
      [517, 100, text(2, 100)],
    ]);
    for (const sample of samples)
      assert.deepEqual(pick(sample), { id, role: 'server', cgroupId: servers.id, local, remote });
    listener.close();
  }
});

/** Connections that the kernel took with payload in their SYN. */
function fastOpens(): number {
  const [names = [], values = []] = readFileSync('/proc/thread-self/net/netstat', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('TCPFastOpenPassive')]);
}

test('what comes with a SYN is told once, by either end', async () => {
  for (const sampled of ['client', 'server'] as const) {
    await using watch = watchPayload();
    watch.source.excludePayload(sampled === 'client' ? servers.id : clients.id);
    const listener = inCgroup(servers, () => listenTcp('127.0.0.1').option(IPPROTO.tcp, TCP_FASTOPEN, 16));
    const talk = (seed: number): Pair => {
      const client = inCgroup(clients, () =>
        Socket.open(AF.inet, SOCK.stream)
          .option(IPPROTO.tcp, TCP_FASTOPEN_CONNECT, 1)
          .connect('127.0.0.1', listener.local),
      );
      client.sendBytes(text(seed, 200));
      const server = listener.accept();
      server.receiveExactly(200);
      deliver(client, server, text(seed + 1, 100));
      return { client, server };
    };
    close(talk(1)); /* gets the cookie */
    await watch.until('both ends', () => watch.closed().length >= 2);
    watch.payloads.length = 0;
    const before = fastOpens();
    close(talk(3));
    assert.equal(fastOpens() - before, 1);
    await watch.until('both ends', () => watch.closed().length >= 4);
    const { sent, received } = directions(watch.payloads);
    assert.deepEqual(sampled === 'client' ? sent : received, [
      [0, 200, text(3, 200)],
      [200, 100, text(4, 100)],
    ]);
    assert.deepEqual(new Set(watch.payloads.map(({ role }) => role)), new Set([sampled]));
    listener.close();
  }
});

const gaps = [
  {
    title: 'what is lost on its way and sent again is told once',
    begin: ['iptables', '-I', 'INPUT', '-j', 'DROP'],
    end: ['iptables', '-F'],
  },
  {
    title: 'what the link did not take and is sent again is told once',
    begin: ['ip', 'link', 'set', 'eth0', 'down'],
    end: ['ip', 'link', 'set', 'eth0', 'up'],
  },
];
for (const { title, begin, end } of gaps) {
  test(title, async () => {
    await using watch = watchPayload();
    await using peer = await PeerNamespace.open();
    const run = ([command = '', ...args]: readonly string[]) => peer.run(command, args);
    const listener = peer.inside(() => inCgroup(servers, () => listenTcp('198.51.100.2')));
    const client = inCgroup(clients, () => connectTcp('198.51.100.2', listener.local));
    const server = listener.accept();
    await run(begin);
    client.sendBytes(text(1, 400));
    await run(end);
    server.receiveExactly(400);
    deliver(client, server, text(2, 100), text(3, 100));
    watch.source.tick();
    assert.deepEqual(directions(watch.payloads).sent, [
      [0, 400, text(1, 400)],
      [400, 100, text(2, 100)],
    ]);
    close({ client, server });
    listener.close();
  });
}

test('every DNS message is told, over UDP and TCP; of a batch of datagrams the first two', async () => {
  await using watch = watchPayload();
  const receiver = inCgroup(servers, () => Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1', 53));
  const sender = inCgroup(clients, () => Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', 53));
  receiver.connect('127.0.0.1', sender.local);
  const messages = Array.from({ length: 20 }, (_, i) => text(i, 40 + i * 20));
  for (const message of messages) {
    deliver(sender, receiver, message);
    deliver(receiver, sender, message);
  }
  const pair = connected('127.0.0.1', 53);
  for (const message of messages) deliver(pair.client, pair.server, message);
  const batches = inCgroup(clients, () =>
    Socket.open(AF.inet, SOCK.dgram).option(SOL_UDP, UDP_SEGMENT, 500).connect('127.0.0.1', 9),
  );
  batches.sendBytes(text(1, 1800));
  watch.source.tick();
  const of = (transport: string, port: number) =>
    directions(watch.payloads.filter((seen) => seen.transport === transport && seen.remote.port === port));
  const told = messages.map((bytes) => [0, bytes.length, bytes]);
  assert.deepEqual(of('UDP', 53), { sent: told, received: told });
  assert.deepEqual(
    of('TCP', 53).sent,
    messages.map((bytes, i) => [
      messages.slice(0, i).reduce((sum, { length }) => sum + length, 0),
      bytes.length,
      bytes,
    ]),
  );
  assert.deepEqual(of('UDP', 9).sent, [
    [0, 500, text(1, 1800).subarray(0, 500)],
    [0, 500, text(1, 1800).subarray(500, 1000)],
  ]);
  close(pair);
  for (const socket of [sender, receiver, batches]) socket.close();
});
