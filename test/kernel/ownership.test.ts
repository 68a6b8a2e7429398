/** Whose socket it is: cgroup of its creator, process that connected or listened; and sockets that are none of TCP's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLifecycles } from './support/ledger.ts';
import { enterAgain, enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { FLAG, RawSender } from './support/raw-segment.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const first = enterOwnCgroup('first');
const second = enterOwnCgroup('second');

test('a connection belongs to the cgroup that made its socket, an accepted one to that of the listener', async () => {
  await using watch = new Watch({ netns });
  enterAgain(first);
  const listener = listenTcp('127.0.0.1');
  enterAgain(second);
  const client = Socket.open(AF.inet, SOCK.stream);
  enterAgain(first);
  client.connect('127.0.0.1', listener.local);
  enterAgain(second);
  const server = listener.accept();
  for (const socket of [client, server, listener]) socket.close();
  await watch.until('both final records', () => watch.closed().length >= 2);
  const owners = Object.fromEntries(watch.closed().map((seen) => [seen.role, seen.cgroupId]));
  assert.deepEqual(owners, { client: second.id, server: first.id });
  assert.equal(watch.groups.get(`127.0.0.1:${listener.local}`)?.cgroupId, first.id);
});

test('a socket that connects to itself is one connection of one client', async () => {
  await using watch = new Watch({ netns });
  const socket = Socket.open(AF.inet, SOCK.stream).bind('127.0.0.1');
  socket.connect('127.0.0.1', socket.local).send(123).receiveExactly(123);
  watch.source.tick();
  socket.close();
  await watch.until('its final record', () => watch.closed().length >= 1);
  watch.source.tick();
  assert.deepEqual(
    watch.closed().map(({ role, established, total }) => [role, established, total.sentBytes, total.receivedBytes]),
    [['client', true, 123, 123]],
  );
  assert.deepEqual(checkLifecycles(watch.connections), []);
});

test('SYNs of a raw socket are no connection of the sender, but stand in its totals in one conversation', async () => {
  enterAgain(first);
  await using watch = new Watch({ netns, cgroupId: first.id });
  const listener = listenTcp('127.0.0.1');
  const raw = new RawSender();
  for (let n = 0; n < 300; n++) {
    raw.send({
      from: `127.1.${n >> 7}.${1 + (n & 127)}`,
      to: '127.0.0.1',
      sourcePort: 2000 + n,
      port: listener.local,
      flags: FLAG.syn,
    });
  }
  watch.source.tick();
  assert.deepEqual(watch.connections, []);
  assert.equal(watch.groups.get(`127.0.0.1:${listener.local}`)?.syns, 300);
  assert.equal(watch.totals.get('OTHER loopback')?.sentPackets, 300);
  assert.equal(watch.datagrams.filter((seen) => seen.protocol === 'OTHER' && seen.delta.sentPackets > 0).length, 1);
  raw.close();
  listener.close();
});

test('a listener that closed and opened again goes on as the same', async () => {
  await using watch = new Watch({ netns });
  const once = listenTcp('127.0.0.1');
  connectTcp('127.0.0.1', once.local).resetOnClose().close();
  const port = once.local;
  once.close();
  const again = listenTcp('127.0.0.1', { port });
  connectTcp('127.0.0.1', port).resetOnClose().close();
  watch.source.tick();
  const group = watch.groups.get(`127.0.0.1:${port}`);
  assert.deepEqual([group?.syns, group?.completed, group?.backlog], [2, 2, 1024]);
  again.close();
});
