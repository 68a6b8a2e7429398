/** Sockets that were open before the source: found at once with their owner, or by their packets where the owner is hidden. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ConnectionObservation } from '../../packages/core/src/index.ts';
import { Background } from './support/command.ts';
import { checkLifecycles, Ledger } from './support/ledger.ts';
import { libc } from './support/libc.ts';
import { addSilentPeer, enterOwnNamespace } from './support/own-namespace.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { waitFor } from './support/wait-for.ts';
import { Watch } from './support/watch.ts';
import { WatchChild } from './support/watch-child.ts';

const netns = enterOwnNamespace();
addSilentPeer('192.0.2.77');
const HOLD = fileURLToPath(new URL('support/children/hold-connections.ts', import.meta.url));

/** In portions that the buffers hold: both ends are this thread's. */
function pump(from: Socket, to: Socket, bytes: number): void {
  for (let left = bytes; left > 0; left -= 10_000) {
    from.send(Math.min(left, 10_000));
    to.receiveExactly(Math.min(left, 10_000));
  }
}

for (const address of ['127.0.0.1', '::1']) {
  test(`a connection over ${address} older than the source is known at once, with its owner, and counts from then on`, async () => {
    await using holder = new Background(process.execPath, [HOLD, address, '50']);
    const port = Number((await holder.line()).split(' ')[1]);
    holder.write('move 50 1000');
    await holder.line();
    await using watch = new Watch({ netns });
    assert.equal(watch.source.status().preexistingSockets, 'full');
    watch.source.tick();
    assert.equal(watch.connections.length, 100);
    const comm = readFileSync(`/proc/${holder.pid}/comm`, 'utf8').trim();
    for (const seen of watch.connections) {
      assert.equal(seen.role, seen.local.port === port ? 'server' : 'client');
      assert.deepEqual(
        [seen.pid, seen.comm, seen.preexisting, seen.isNew, seen.established],
        [holder.pid, comm, true, true, true],
      );
      assert.deepEqual([seen.total.sentBytes, seen.total.receivedBytes], [0, 0]);
    }
    assert.equal(watch.groups.get(`${address}:${port}`)?.backlog, 1024, 'its listener too');

    holder.write('move 20 77');
    await holder.line();
    watch.source.tick();
    holder.write('move 30 5');
    await holder.line();
    holder.write('end');
    await watch.until('all final records', () => watch.closed().length >= 100);
    const ends = watch.closed().map(({ role, total }) => `${role} ${total.sentBytes} ${total.receivedBytes}`);
    const times = (text: string) => ends.filter((end) => end === text).length;
    assert.deepEqual(
      ['client 82 0', 'server 0 82', 'client 5 0', 'server 0 5', 'client 0 0', 'server 0 0'].map(times),
      [20, 20, 10, 10, 20, 20],
    );
    assert.deepEqual(checkLifecycles(watch.connections), []);
  });
}

test('a connection older than its listener’s descriptor is a server’s nevertheless', async () => {
  const listener = listenTcp('127.0.0.1');
  const client = connectTcp('127.0.0.1', listener.local);
  const server = listener.accept();
  const later = new Socket(libc.dup(listener.fd), AF.inet);
  listener.close();
  assert.ok(later.fd > server.fd, 'it is met after the connection');
  await using watch = new Watch({ netns });
  watch.source.tick();
  assert.deepEqual(watch.connections.map((seen) => seen.role).sort(), ['client', 'server']);
  for (const socket of [client, server, later]) socket.close();
});

test('an attempt older than the source is known, and how it ended', async () => {
  const socket = Socket.open(AF.inet, SOCK.stream | SOCK.nonblock);
  socket.tryConnect('192.0.2.77', 81);
  await using watch = new Watch({ netns });
  watch.source.tick();
  const [seen] = watch.connections;
  assert.deepEqual([seen?.role, seen?.established, seen?.preexisting, seen?.pid], ['client', false, true, process.pid]);
  socket.close();
  await watch.until('its end', () => watch.closed().length > 0);
  assert.equal(watch.closed()[0]?.closeReason, 'gave-up');
});

test('from another PID namespace running connections are found by their packets', async () => {
  const listener = listenTcp('127.0.0.1', { port: 8080 });
  const client = connectTcp('127.0.0.1', listener.local);
  const server = listener.accept();
  client.send(5000);
  server.receiveExactly(5000);
  await using watch = await WatchChild.start({ netns }, ['unshare', '--pid', '--fork', '--mount-proc']);
  assert.equal(watch.status.preexistingSockets, 'partial');
  assert.deepEqual((await watch.look()).connections, [], 'silent ones are not known');

  client.send(10);
  server.receiveExactly(10);
  const found = (await watch.look()).connections;
  assert.deepEqual(
    found
      .map(({ role, pid, preexisting, total }) => ({ role, pid, preexisting, received: total.receivedBytes }))
      .sort((a, b) => (a.role < b.role ? -1 : 1)),
    [
      { role: 'client', pid: 0, preexisting: true, received: 0 },
      { role: 'server', pid: 0, preexisting: true, received: 10 },
    ],
  );
  pump(client, server, 300_000);
  server.send(44);
  client.receiveExactly(44);
  client.close();
  server.receiveToEnd();
  server.close();
  listener.close();
  const ends: ConnectionObservation[] = [];
  await waitFor('both final records', async () => {
    ends.push(...(await watch.look()).connections.filter((seen) => seen.phase === 'closed'));
    return ends.length >= 2;
  });
  const end = (role: string) => ends.find((seen) => seen.role === role)?.total;
  assert.deepEqual(
    [end('client')?.sentBytes, end('client')?.receivedBytes],
    [300_000, 44],
    'without the packet that showed it',
  );
  assert.deepEqual([end('server')?.sentBytes, end('server')?.receivedBytes], [44, 300_010]);
});

test('a restart in the middle of a stream loses the gap and counts nothing twice', async () => {
  const listener = listenTcp('127.0.0.1');
  const client = connectTcp('127.0.0.1', listener.local);
  const server = listener.accept();
  const counted: { client: number; server: number; whole: number }[] = [];
  for (const bytes of [1_000_000, 2_000_000, 3_000_000]) {
    await using watch = new Watch({ netns });
    const before = client.sent;
    pump(client, server, bytes / 2);
    watch.source.tick();
    pump(client, server, bytes / 2);
    watch.source.tick();
    const sum = (role: string, field: 'sentBytes' | 'receivedBytes') =>
      watch.connections.filter((seen) => seen.role === role).reduce((total, seen) => total + seen.delta[field], 0);
    counted.push({
      client: sum('client', 'sentBytes'),
      server: sum('server', 'receivedBytes'),
      whole: client.sent - before,
    });
    await watch.source.close();
    pump(client, server, 123_456);
  }
  assert.deepEqual(
    counted,
    [1_000_000, 2_000_000, 3_000_000].map((whole) => ({ client: whole, server: whole, whole })),
  );

  await using last = new Watch({ netns });
  client.close();
  server.receiveToEnd();
  server.close();
  listener.close();
  await last.until('both ends', () => last.closed().length === 2);
  assert.ok(
    last
      .closed()
      .every((seen) => seen.total.sentBytes === 0 && seen.total.receivedBytes === 0 && seen.closeReason === 'fin'),
  );
});

test('two sources at once count the same', async () => {
  await using first = new Watch({ netns });
  await using second = new Watch({ netns });
  const ledger = new Ledger();
  const listener = listenTcp('127.0.0.1');
  for (let i = 0; i < 50; i++) {
    const client = connectTcp('127.0.0.1', listener.local).send(i);
    const server = listener.accept();
    client.close();
    server.receiveToEnd();
    server.close();
    ledger.add('client', client.counts(), 'fin');
    ledger.add('server', server.counts(), 'fin');
  }
  listener.close();
  for (const watch of [first, second]) {
    await watch.until('all', () => watch.closed().length >= 100);
    assert.deepEqual(ledger.compare(watch.closed()), []);
  }
});
