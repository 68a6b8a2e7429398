/** What is not delivered is counted: connections made are connections seen and connections counted as lost. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { closeStyles, converse } from './support/close-styles.ts';
import { checkLifecycles, Ledger } from './support/ledger.ts';
import { enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const ONE_PAGE = { ringBytes: 4096 };

interface Storm {
  /** Ends of connections made, so two a connection. */
  readonly made: number;
  readonly seen: number;
  readonly lost: number;
}

/**
 * Both ends of all connections of a storm are seen or lost with a count. The ring and its counter are the whole host's, so
 * a second source with ample room tells how many connections others made meanwhile, which may be among the lost.
 */
async function account(t: TestContext, storm: (watch: Watch) => number): Promise<Storm> {
  await using host = new Watch({ settings: { ringBytes: 1 << 26 } });
  await using watch = new Watch({ netns, settings: ONE_PAGE });
  const made = storm(watch);
  watch.source.tick();
  const result = { made, seen: watch.closed().length, lost: watch.source.lost().sock_ring ?? 0 };
  host.source.tick();
  const others = host.closed().filter((each) => each.netns !== netns).length;
  t.diagnostic(JSON.stringify({ ...result, others }));
  assert.equal(host.closed().length - others, made, 'the ample one sees all');
  assert.equal(host.source.lost().sock_ring, undefined);
  assert.ok(result.seen + result.lost >= made, 'none is lost without a count');
  assert.ok(result.seen + result.lost <= made + others, 'and none is counted twice');
  assert.deepEqual(checkLifecycles(watch.connections), []);
  return result;
}

test('with a ring of one page, the connections of a storm are seen or counted as lost, each once', async (t) => {
  const styles = Object.values(closeStyles);
  const { seen, lost } = await account(t, (watch) => {
    const ledger = new Ledger();
    const listener = listenTcp('127.0.0.1');
    for (let i = 0; i < 5000; i++) {
      converse(listener, '127.0.0.1', i % 1000, styles[i % styles.length]!, ledger);
      if (i % 250 === 0) watch.source.drain();
    }
    listener.close();
    watch.source.drain();
    assert.deepEqual(ledger.unexplained(watch.closed()), [], 'what is seen is exact nevertheless');
    return 10_000;
  });
  assert.ok(lost > 5000, `the ring was full (${lost} lost)`);
  assert.ok(seen > 100, `and not all was lost (${seen} seen)`);
});

test('a socket that is connected again while the ring is full is not lost silently', async (t) => {
  const { lost } = await account(t, () => {
    const listener = listenTcp('127.0.0.1');
    const client = connectTcp('127.0.0.1', listener.local);
    for (let i = 0; i < 500; i++) {
      listener.accept().resetOnClose().close();
      client.disconnect();
      if (i < 499) client.connect('127.0.0.1', listener.local);
    }
    client.close();
    listener.close();
    return 1000;
  });
  assert.ok(lost > 500, `the ring was full (${lost} lost)`);
});

test('connections that nobody accepts are recorded when their listener goes', async () => {
  await using watch = new Watch({ netns });
  const listener = listenTcp('127.0.0.1', { backlog: 256 });
  const clients = Array.from({ length: 200 }, () => connectTcp('127.0.0.1', listener.local).send(10));
  listener.close();
  await watch.until('the server ends', () => watch.closed().filter((seen) => seen.role === 'server').length >= 200);
  for (const client of clients) client.close();
  await watch.until('the client ends', () => watch.closed().length >= 400);
  assert.equal(watch.closed().length, 400);
  assert.ok(watch.closed().every((seen) => seen.total.sentBytes + seen.total.receivedBytes === 10));
  assert.deepEqual(checkLifecycles(watch.connections), []);
});

test('connections whose final record was lost are forgotten, and those that live are not', async () => {
  await using watch = new Watch({ netns, settings: ONE_PAGE });
  const listener = listenTcp('127.0.0.1');
  const open = () => [connectTcp('127.0.0.1', listener.local), listener.accept()] as const;
  const staying = Array.from({ length: 100 }, open);
  const [lingering, peer] = open();
  const going = Array.from({ length: 1000 }, open);
  watch.source.tick();
  const before = watch.source.liveConnections;
  for (const [client, server] of going) {
    client.close();
    server.close();
  }
  /* The end of both is lost too, but one socket is still there, and reports once more when it is freed. */
  peer.resetOnClose().close();
  await watch.until('losses', () => (watch.source.lost().sock_ring ?? 0) > 1000, 100);
  await watch.until('as many connections as there are', () => watch.source.liveConnections < before - 1900);
  const ids = new Set(watch.connections.map(({ id }) => id));
  watch.connections.length = 0;
  for (const [client, server] of staying) {
    client.send(50);
    server.receiveExactly(50);
  }
  await watch.until('all that moved', () => watch.connections.length >= 200);
  assert.ok(
    watch.connections.every((seen) => !seen.isNew && ids.has(seen.id)),
    'those that live are known',
  );
  for (const [client, server] of staying) {
    client.close();
    server.close();
    watch.source.drain();
  }
  lingering.close();
  listener.close();
  await watch.until('their ends', () => watch.closed().length >= 201);
  assert.ok(
    watch.closed().every((seen) => !seen.isNew && ids.has(seen.id)),
    'none counts twice',
  );
});

test('live sockets beyond the table are counted at their end, and never twice', async () => {
  await using watch = new Watch({ netns, settings: { maxSockets: 64, maxLiveRecords: 64 } });
  const ledger = new Ledger();
  const listener = listenTcp('127.0.0.1');
  const pairs = Array.from(
    { length: 200 },
    () => [connectTcp('127.0.0.1', listener.local), listener.accept()] as const,
  );
  for (let turn = 0; turn < 5; turn++) {
    for (const [client, server] of pairs) {
      client.send(50);
      server.receiveExactly(50);
    }
    watch.source.tick();
  }
  assert.ok(watch.source.tables()[0]!.evicted > 0);
  for (const [client, server] of pairs) {
    client.close();
    server.receiveToEnd().close();
    ledger.add('client', client.counts(), 'fin');
    ledger.add('server', server.counts(), 'fin');
  }
  listener.close();
  await watch.until('all final records', () => watch.closed().length >= 400);
  assert.deepEqual(ledger.compare(watch.closed()), []);
  assert.deepEqual(checkLifecycles(watch.connections), []);
});

test('cgroups beyond the table are counted together, without one of their packets missing', async () => {
  await using watch = new Watch({ settings: { maxCgroups: 16 } });
  const ids = new Set<number>();
  const receiver = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1');
  for (let i = 0; i < 40; i++) {
    const cgroup = enterOwnCgroup(`${i}`);
    ids.add(cgroup.id);
    const sender = Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', receiver.local);
    for (let n = 0; n < 10; n++) {
      sender.sendDatagram(10);
      receiver.receive();
    }
    sender.close();
  }
  receiver.close();
  watch.source.tick();
  const sent = (each: { readonly protocol: string; readonly sentPackets: number }) =>
    each.protocol === 'UDP' ? each.sentPackets : 0;
  const own = watch.allTotals.filter(({ cgroupId }) => ids.has(cgroupId)).reduce((sum, each) => sum + sent(each), 0);
  const together = watch.allTotals.filter(({ cgroupId }) => cgroupId === 0).reduce((sum, each) => sum + sent(each), 0);
  assert.ok(own < 400 && own + together >= 400, `in cgroups of their own ${own}, together ${together}`);
  assert.ok((watch.source.lost().totals_map ?? 0) > 0);
});

test('listeners beyond the table are counted as lost', async () => {
  await using watch = new Watch({ netns, settings: { maxListeners: 16 } });
  const listeners = Array.from({ length: 40 }, () => listenTcp('127.0.0.1'));
  watch.source.tick();
  assert.ok((watch.source.lost().listener_map ?? 0) >= 24);
  for (const listener of listeners) listener.close();
});
