/** What arrives at an open port: first SYNs, retransmissions, completions, half-open, full queues, forged ACKs, odd flags. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { alarmDelayMs } from './support/alarm-delay.ts';
import { addSilentPeer, enterOwnNamespace, ip } from './support/own-namespace.ts';
import { FLAG, RawSender } from './support/raw-segment.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
addSilentPeer('192.0.2.77');
/* The way back to spoofed sources, which a loopback address would not have: without one a SYN dies at the listener. */
ip('route add default via 192.0.2.77');
const VICTIM = '192.0.2.1';

const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

/** A source that nobody owns, another one each time. */
function spoofed(n: number): string {
  return `100.${64 + (n >> 14)}.${(n >> 7) & 127}.${1 + (n & 127)}`;
}

function syn(n: number, port: number) {
  return {
    from: spoofed(n),
    to: VICTIM,
    sourcePort: 1024 + (n % 60_000),
    port,
    flags: FLAG.syn,
    sequence: 1_000_000 + n,
  };
}

/** Connects and hands back both ends. */
function pair(listener: Socket, ip: string): [client: Socket, server: Socket] {
  return [connectTcp(ip, listener.local), listener.accept()];
}

function closeAll(...sockets: (Socket | readonly Socket[])[]): void {
  for (const socket of sockets.flat() as Socket[]) socket.resetOnClose().close();
}

test('handshakes are counted once as SYN and once as completed', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(VICTIM, { backlog: 33 });
  for (let i = 0; i < 500; i++) closeAll(pair(listener, VICTIM));
  watch.source.tick();
  const group = watch.groups.get(`${VICTIM}:${listener.local}`);
  assert.ok(group);
  const { syns, synRetransmits, completed, acks, oddFlags, queueFullSyns, backlog, halfOpen } = group;
  assert.deepEqual(
    { syns, synRetransmits, completed, acks, oddFlags, queueFullSyns, backlog, halfOpen },
    {
      syns: 500,
      synRetransmits: 0,
      completed: 500,
      acks: 500,
      oddFlags: 0,
      queueFullSyns: 0,
      backlog: 33,
      halfOpen: 0,
    },
  );
  listener.close();
});

test('a SYN sent again is a retransmission, not another SYN', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(VICTIM);
  const raw = new RawSender();
  for (let n = 0; n < 100; n++) for (let again = 0; again < 3; again++) raw.send(syn(n, listener.local));
  watch.source.tick();
  const group = watch.groups.get(`${VICTIM}:${listener.local}`);
  assert.deepEqual([group?.syns, group?.synRetransmits, group?.completed], [100, 200, 0]);
  assert.equal(group?.halfOpen, 100);
  raw.close();
  listener.close();
});

test('a retransmission is known after 50,000 SYNs to another listener', async () => {
  await using watch = new Watch({ netns });
  /* One listener in sixteen shares its memory of SYNs with the flooded one, or with one that others flood. */
  const patient = Array.from({ length: 9 }, () => listenTcp(VICTIM));
  const flooded = listenTcp(VICTIM);
  const raw = new RawSender();
  const sendAll = () => {
    for (const { local } of patient) for (let n = 0; n < 100; n++) raw.send(syn(n, local));
  };
  sendAll();
  for (let n = 1000; n < 51_000; n++) raw.send(syn(n, flooded.local));
  sendAll();
  watch.source.tick();
  const groups = patient.map(({ local }) => watch.groups.get(`${VICTIM}:${local}`)!);
  assert.equal(watch.groups.get(`${VICTIM}:${flooded.local}`)?.syns, 50_000);
  for (const { syns, synRetransmits } of groups) assert.equal(syns + synRetransmits, 200);
  const known = groups.map(({ synRetransmits }) => synRetransmits);
  assert.ok(known.filter((count) => count >= 99).length >= 3, `known again of 100: ${known}`);
  raw.close();
  for (const listener of [...patient, flooded]) listener.close();
});

test('5,000 forged ACKs complete nothing', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(VICTIM);
  const raw = new RawSender();
  for (let n = 0; n < 5000; n++) raw.send({ ...syn(n, listener.local), flags: FLAG.ack });
  watch.source.tick();
  const group = watch.groups.get(`${VICTIM}:${listener.local}`);
  assert.deepEqual([group?.acks, group?.completed, group?.syns], [5000, 0, 0]);
  assert.equal(watch.connections.length, 0, 'and are no connections');
  raw.close();
  listener.close();
});

test('FIN, NULL, XMAS and SYN-FIN at an open port are odd flags, a RST is none', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(VICTIM);
  const raw = new RawSender();
  const odd = [FLAG.fin, 0, FLAG.fin | FLAG.psh | FLAG.urg, FLAG.syn | FLAG.fin];
  for (let n = 0; n < 40; n++) raw.send({ ...syn(n, listener.local), flags: odd[n % odd.length]! });
  for (let n = 0; n < 10; n++) raw.send({ ...syn(n, listener.local), flags: FLAG.rst });
  watch.source.tick();
  const group = watch.groups.get(`${VICTIM}:${listener.local}`);
  assert.deepEqual([group?.oddFlags, group?.syns, group?.acks], [40, 0, 0]);
  raw.close();
  listener.close();
});

test('the sockets of a SO_REUSEPORT group are one listener with summed backlog and half-open requests', async () => {
  await using watch = new Watch({ netns });
  const first = Socket.open(AF.inet, SOCK.stream).reusePort().bind(VICTIM).listen(100);
  const group = [first];
  while (group.length < 8)
    group.push(Socket.open(AF.inet, SOCK.stream).reusePort().bind(VICTIM, first.local).listen(100));
  const clients = Array.from({ length: 160 }, () => connectTcp(VICTIM, first.local));
  const raw = new RawSender();
  for (let n = 0; n < 200; n++) raw.send(syn(n, first.local));
  watch.source.tick();
  const seen = watch.groups.get(`${VICTIM}:${first.local}`);
  assert.deepEqual(
    [seen?.syns, seen?.completed, seen?.backlog, seen?.halfOpen, seen?.acceptQueue],
    [360, 160, 800, 200, 160],
  );
  assert.equal([...watch.groups.values()].filter(({ local }) => local.port === first.local).length, 1);
  closeAll(clients);
  raw.close();
  for (const socket of group) socket.close();
});

test('wildcards of both families are one listener', async () => {
  await using watch = new Watch({ netns });
  const v4 = listenTcp('0.0.0.0', { backlog: 10 });
  const v6 = Socket.open(AF.inet6, SOCK.stream).option(IPPROTO_IPV6, IPV6_V6ONLY, 1).bind('::', v4.local).listen(20);
  for (let i = 0; i < 30; i++) closeAll(pair(v4, VICTIM), pair(v6, '::1'));
  watch.source.tick();
  const seen = [...watch.groups.values()].filter(({ local }) => local.port === v4.local);
  assert.deepEqual(
    seen.map(({ local, syns, completed, backlog }) => [local.ip, syns, completed, backlog]),
    [['0.0.0.0', 60, 60, 30]],
  );
  v4.close();
  v6.close();
});

test('SYNs that meet a full accept queue are named so, and real clients who try again are counted once', async () => {
  await using watch = new Watch({ netns });
  const slow = Array.from({ length: 5 }, () => {
    const listener = listenTcp(VICTIM, { backlog: 8 });
    const clients = Array.from({ length: 18 }, () => {
      const client = Socket.open(AF.inet, SOCK.stream | SOCK.nonblock);
      client.tryConnect(VICTIM, listener.local);
      return client;
    });
    return { listener, clients, servers: [] as Socket[] };
  });
  const group = ({ local }: Socket) => watch.groups.get(`${VICTIM}:${local}`)!;
  watch.source.tick();
  for (const { listener } of slow) {
    const { syns, completed, queueFullSyns, acceptQueue, backlog } = group(listener);
    assert.deepEqual([syns, completed, queueFullSyns, acceptQueue, backlog], [18, 9, 9, 9, 8]);
  }
  await watch.until('all handshakes, after the clients tried again', () => {
    for (const { listener, servers } of slow)
      while (group(listener).completed > servers.length) servers.push(listener.accept());
    return slow.every(({ listener }) => group(listener).completed === 18);
  });
  /* At one of them, since a flood elsewhere on the host may have made some of the listeners forget. */
  assert.equal(Math.min(...slow.map(({ listener }) => group(listener).syns)), 18);
  assert.ok(slow.every(({ listener }) => group(listener).syns + group(listener).synRetransmits >= 27));
  for (const { listener, clients, servers } of slow) closeAll(clients, servers, listener);
});

test('handshakes by SYN cookies count as completed', async () => {
  writeFileSync('/proc/sys/net/ipv4/tcp_syncookies', '2');
  await using watch = new Watch({ netns });
  const listener = listenTcp(VICTIM);
  for (let i = 0; i < 200; i++) closeAll(pair(listener, VICTIM));
  writeFileSync('/proc/sys/net/ipv4/tcp_syncookies', '1');
  await watch.until('all final records', () => watch.closed().length >= 400);
  const group = watch.groups.get(`${VICTIM}:${listener.local}`);
  assert.deepEqual([group?.syns, group?.completed], [200, 200]);
  listener.close();
});

test('crossing the threshold of a listener is told at once, and again at each doubling', async (t) => {
  await using watch = new Watch({ netns, limits: { listenerSyns: 200, windowMs: 60_000 } });
  const raw = new RawSender();
  const listeners = Array.from({ length: 5 }, () => listenTcp(VICTIM));
  for (const { local } of listeners) for (let n = 0; n < 199; n++) raw.send(syn(n, local));
  watch.source.drain();
  assert.equal(watch.listeners.length, 0);
  const delayMs = await alarmDelayMs(watch.source, (round) => raw.send(syn(199, listeners[round]!.local)));
  t.diagnostic(`told after ${delayMs.toFixed(2)} ms (median)`);
  assert.ok(delayMs < 100, `told after ${delayMs} ms`);
  assert.deepEqual(
    watch.listeners.map((seen) => [seen.trigger, seen.syns, seen.local.port]),
    listeners.map(({ local }) => ['threshold', 200, local]),
  );

  const port = listeners[0]!.local;
  for (let n = 200; n < 1700; n++) raw.send(syn(n, port));
  watch.source.drain();
  const events = watch.listeners.filter((seen) => seen.local.port === port);
  assert.deepEqual(
    events.map((seen) => seen.syns),
    [200, 400, 800, 1600],
  );
  const { distinctSources, sampleSources } = events.at(-1)!;
  assert.ok(distinctSources > 1600 * 0.6 && distinctSources < 1600 * 1.4, `distinct sources: ${distinctSources}`);
  assert.equal(sampleSources.at(-1), spoofed(1599));
  raw.close();
  for (const listener of listeners) listener.close();
});

test('a source that floods is named, a busy one whose handshakes complete is not', async () => {
  await using watch = new Watch({ netns, limits: { sourceSyns: 100, windowMs: 1000, graceMs: 100 } });
  const listener = listenTcp(VICTIM, { backlog: 4096 });
  const raw = new RawSender();
  let n = 0;
  for (const end = Date.now() + 10_000; watch.synSources.length === 0 && Date.now() < end; n++) {
    raw.send({ ...syn(n, listener.local), from: '100.64.1.1' });
    const client = Socket.open(AF.inet, SOCK.stream).bind('127.0.0.5').connect(VICTIM, listener.local);
    closeAll(client, listener.accept());
    if (n % 10 === 0) watch.source.drain();
  }
  for (let i = 0; i < 2000; i++) {
    const client = Socket.open(AF.inet, SOCK.stream).bind('127.0.0.5').connect(VICTIM, listener.local);
    closeAll(client, listener.accept());
  }
  watch.source.drain();
  assert.deepEqual([...new Set(watch.synSources.map((seen) => seen.sourceIp))], ['100.64.1.1']);
  const [event] = watch.synSources;
  assert.deepEqual([event?.local.port, event?.completed, event?.windowMs], [listener.local, 0, 1000]);
  assert.ok(event!.syns >= 100);
  raw.close();
  listener.close();
});
