/** Live sockets that user space knows are told in short. What it knows must be right, whatever the socket was before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLifecycles, Ledger } from './support/ledger.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const EINPROGRESS = 115;

test('every record of a long connection adds what moved since the one before', async () => {
  await using watch = new Watch({ netns });
  const ledger = new Ledger();
  const listener = listenTcp('127.0.0.1');
  const client = connectTcp('127.0.0.1', listener.local);
  const server = listener.accept();
  for (let turn = 1; turn <= 50; turn++) {
    client.send(1000 * turn);
    server.receiveExactly(1000 * turn);
    server.send(turn);
    client.receiveExactly(turn);
    watch.source.tick();
    const [sender] = watch.connections.filter(({ role }) => role === 'client').slice(-1);
    assert.deepEqual([sender?.delta.sentBytes, sender?.delta.receivedBytes], [1000 * turn, turn]);
    assert.deepEqual(
      [sender?.isNew, sender?.local.port, sender?.total.sentBytes],
      [turn === 1, client.local, client.sent],
    );
  }
  ledger.add('client', client.counts());
  ledger.add('server', server.counts());
  client.close();
  server.close();
  listener.close();
  await watch.until('the ends', () => watch.closed().length >= 2);
  assert.deepEqual(ledger.compare(watch.closed()), []);
  assert.deepEqual(checkLifecycles(watch.connections), []);
});

test('a connection seen before its handshake is finished has its ports, and is established, when it is', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp('127.0.0.1', { backlog: 1 });
  const first = [connectTcp('127.0.0.1', listener.local), connectTcp('127.0.0.1', listener.local)];
  const late = Socket.open(AF.inet, SOCK.stream).setTimeouts(50);
  assert.equal(late.tryConnect('127.0.0.1', listener.local), EINPROGRESS, 'its SYN finds the queue full');
  const own = () => watch.connections.filter(({ local, role }) => role === 'client' && local.port === late.local);
  await watch.until('the waiting client', () => own().length > 0);
  assert.equal(own().at(-1)?.established, false);
  const servers = first.map(() => listener.accept());
  await watch.until('the handshake, by its second SYN', () => own().at(-1)?.established);
  servers.push(listener.accept());
  late.send(77);
  servers[2]?.receiveExactly(77);
  await watch.until('its bytes', () => own().at(-1)?.total.sentBytes === 77);
  assert.deepEqual([own().at(-1)?.established, own().at(-1)?.remote.port], [true, listener.local]);
  assert.equal(new Set(own().map(({ id }) => id)).size, 1);
  for (const socket of [...first, late, ...servers, listener]) socket.close();
  await watch.until('the ends', () => watch.closed().length >= 6);
  assert.deepEqual(checkLifecycles(watch.connections), []);
});

test('children of a socket that was a client before it listened are told in full', async () => {
  await using watch = new Watch({ netns });
  const ledger = new Ledger();
  const listener = listenTcp('127.0.0.1');
  const socket = Socket.open(AF.inet, SOCK.stream).reuseAddress();
  for (let turn = 0; turn < 5; turn++) {
    socket.connect('127.0.0.1', listener.local);
    const peer = listener.accept();
    for (let look = 0; look < 3; look++) {
      socket.send(10);
      peer.receiveExactly(10);
      watch.source.tick();
    }
    ledger.add('client', socket.counts());
    socket.disconnect();
    peer.receiveToEndOrReset();
    ledger.add('server', peer.counts());
    peer.close();
    watch.source.tick();

    socket.bind('127.0.0.1').listen(8);
    const clients = [1, 2, 3].map(() => connectTcp('127.0.0.1', socket.local));
    const children = clients.map(() => socket.accept());
    for (let look = 0; look < 3; look++) {
      for (const [i, client] of clients.entries()) {
        client.send(100 + i);
        children[i]?.receiveExactly(100 + i);
      }
      watch.source.tick();
    }
    const seen = watch.connections.filter(({ role, local }) => role === 'server' && local.port === socket.local);
    assert.equal(new Set(seen.map(({ id }) => id)).size, 3);
    assert.deepEqual(new Set(seen.map(({ remote }) => remote.port)), new Set(clients.map(({ local }) => local)));
    for (const [i, client] of clients.entries()) {
      ledger.add('client', client.counts());
      client.close();
      children[i]?.receiveToEnd();
      ledger.add('server', children[i]!.counts());
      children[i]?.close();
    }
    socket.disconnect();
  }
  socket.close();
  listener.close();
  await watch.until('the ends', () => watch.closed().length >= 40);
  assert.deepEqual(ledger.compare(watch.closed()), []);
  assert.deepEqual(checkLifecycles(watch.connections), []);
});
