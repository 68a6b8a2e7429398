/** Why a connection or an attempt ended, in the words of CloseReason. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CloseReason, ConnectionObservation, Role } from '../../packages/core/src/index.ts';
import { ifindexOf } from '../../packages/libbpf/src/index.ts';
import { closeStyles } from './support/close-styles.ts';
import { Ledger } from './support/ledger.ts';
import { ERRNO } from './support/libc.ts';
import { loadNeighbour } from './support/neighbour.ts';
import { addSilentPeer, enterOwnNamespace } from './support/own-namespace.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
addSilentPeer('192.0.2.77');
const TCP_USER_TIMEOUT = 18;
const LOCAL = '127.0.0.1';

async function endOf(watch: Watch, role: Role): Promise<ConnectionObservation> {
  return watch.until(`the end of the ${role}`, () => watch.closed().find((seen) => seen.role === role), 20_000);
}

function reasonOf({ closeReason, established }: ConnectionObservation): [CloseReason | null, boolean] {
  return [closeReason, established];
}

for (const [style, close] of Object.entries(closeStyles)) {
  test(`established and ended in the way ${style}: each end has its own reason`, async () => {
    await using watch = new Watch({ netns });
    const ledger = new Ledger();
    const listener = listenTcp(LOCAL);
    const client = connectTcp(LOCAL, listener.local).send(10);
    close(client, listener.accept().receiveExactly(10), ledger);
    listener.close();
    await endOf(watch, 'client');
    await endOf(watch, 'server');
    assert.deepEqual(ledger.compare(watch.closed()), []);
    assert.ok(watch.closed().every((seen) => seen.established));
  });
}

test('refused: nobody listens', async () => {
  await using watch = new Watch({ netns });
  const client = Socket.open(AF.inet, SOCK.stream);
  assert.equal(client.tryConnect(LOCAL, 1), ERRNO.ECONNREFUSED);
  client.close();
  const seen = await endOf(watch, 'client');
  assert.deepEqual(reasonOf(seen), ['refused', false]);
  assert.deepEqual(
    [seen.remote.port, seen.total.sentBytes, seen.total.receivedBytes, seen.pid],
    [1, 0, 0, process.pid],
  );
  assert.ok(seen.local.port > 0);
});

test('unreachable: the neighbour does not answer', async () => {
  writeFileSync('/proc/sys/net/ipv4/neigh/sink0/retrans_time_ms', '50');
  await using watch = new Watch({ netns });
  const client = Socket.open(AF.inet, SOCK.stream);
  assert.equal(client.tryConnect('192.0.2.50', 81), ERRNO.EHOSTUNREACH);
  client.close();
  assert.deepEqual(reasonOf(await endOf(watch, 'client')), ['unreachable', false]);
});

test('timeout: nobody answers the SYN; meanwhile it is a live attempt', async () => {
  await using watch = new Watch({ netns });
  const client = Socket.open(AF.inet, SOCK.stream | SOCK.nonblock).option(6, TCP_USER_TIMEOUT, 500);
  client.tryConnect('192.0.2.77', 81);
  watch.source.tick();
  const [live] = watch.connections;
  assert.deepEqual([live?.phase, live?.established, live?.role, live?.remote.port], ['live', false, 'client', 81]);
  assert.deepEqual(reasonOf(await endOf(watch, 'client')), ['timeout', false]);
  client.close();
});

test('gave-up: the caller closed before an answer came', async () => {
  await using watch = new Watch({ netns });
  const client = Socket.open(AF.inet, SOCK.stream | SOCK.nonblock);
  client.tryConnect('192.0.2.77', 81);
  client.close();
  const seen = await endOf(watch, 'client');
  assert.deepEqual(reasonOf(seen), ['gave-up', false]);
  assert.ok(seen.local.port > 0);
});

test('none: no local port was free, so no packet was ever sent', async () => {
  await using watch = new Watch({ netns });
  writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '50000 50000');
  try {
    const listener = listenTcp(LOCAL, { port: 900 });
    const holder = connectTcp(LOCAL, 900);
    const client = Socket.open(AF.inet, SOCK.stream);
    assert.equal(client.tryConnect(LOCAL, 900), 99 /* EADDRNOTAVAIL */);
    client.close();
    const seen = await endOf(watch, 'client');
    assert.deepEqual([...reasonOf(seen), seen.local.port], ['none', false, 0]);
    holder.resetOnClose().close();
    listener.close();
  } finally {
    writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '32768 60999');
  }
});

test('no route: there is no contact, and nothing is told', async () => {
  await using watch = new Watch({ netns });
  const client = Socket.open(AF.inet, SOCK.stream);
  assert.equal(client.tryConnect('203.0.113.1', 81), ERRNO.ENETUNREACH);
  client.close();
  watch.source.tick();
  assert.deepEqual(watch.connections, []);
});

test('killed: an administrator ended it (ss -K)', async (t) => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(LOCAL);
  const client = connectTcp(LOCAL, listener.local);
  const server = listener.accept();
  execFileSync('ss', ['-K', 'dst', LOCAL, 'dport', '=', String(listener.local)], { stdio: 'ignore' });
  watch.source.tick();
  if (watch.closed().length === 0) {
    t.diagnostic('this kernel cannot end sockets from outside (CONFIG_INET_DIAG_DESTROY)');
    assert.equal(client.send(1).sent, 1, 'and so the connection lives');
  } else {
    assert.deepEqual(reasonOf(await endOf(watch, 'client')), ['killed', true]);
    assert.deepEqual(reasonOf(await endOf(watch, 'server')), ['reset-received', true]);
  }
  for (const socket of [client, server, listener]) socket.close();
});

test('timeout: an established peer vanished', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(LOCAL);
  const client = connectTcp(LOCAL, listener.local).option(6, TCP_USER_TIMEOUT, 400);
  const server = listener.accept();
  using neighbour = loadNeighbour({ lose_every: 1 });
  neighbour.program('nb_lose').attachTcx(ifindexOf('lo'));
  client.send(100);
  const seen = await endOf(watch, 'client');
  assert.deepEqual(reasonOf(seen), ['timeout', true]);
  assert.ok(seen.total.retransmits > 0);
  assert.deepEqual([seen.total.sentBytes, seen.unackedBytes], [100, 100], 'sent, and never acknowledged');
  for (const socket of [client, server, listener]) socket.close();
});

test('an orphan is recorded though its process has gone', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(LOCAL);
  const child =
    "const c = require('net').connect(Number(process.argv[1]), '127.0.0.1', () => c.end('x'.repeat(50), () => process.exit()))";
  const running = execFileSync(process.execPath, ['-e', child, String(listener.local)]);
  assert.equal(running.length, 0);
  const server = listener.accept().receiveToEnd();
  assert.equal(watch.closed().length, 0);
  server.close();
  listener.close();
  const seen = await endOf(watch, 'client');
  assert.deepEqual(
    [seen.closeReason, seen.total.sentBytes, seen.pid > 0 && seen.pid !== process.pid],
    ['fin', 50, true],
  );
});

test('an accepted socket has the process that listened, a connecting one the process that connected', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp(LOCAL);
  const child =
    "const c = require('net').connect(Number(process.argv[1]), '127.0.0.1', () => { console.log(process.pid); c.destroy(); })";
  const pid = Number(execFileSync(process.execPath, ['-e', child, String(listener.local)]).toString());
  listener.accept().receiveToEnd().close();
  listener.close();
  assert.equal((await endOf(watch, 'client')).pid, pid);
  assert.equal((await endOf(watch, 'server')).pid, process.pid);
});
