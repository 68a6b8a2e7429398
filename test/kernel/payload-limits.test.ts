/** What is not sampled: more than the bucket gives, counted; and what the configuration leaves out, which costs nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterAgain, enterOwnCgroup, type OwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const servers = enterOwnCgroup('servers');
const clients = enterOwnCgroup('clients');
const others = enterOwnCgroup('others');

/** Connections of one request and one answer, one after the other. */
function talk(cgroup: OwnCgroup, connections: number, between: (turn: number) => void = () => {}): void {
  enterAgain(servers);
  const listener = listenTcp('127.0.0.1');
  enterAgain(cgroup);
  for (let turn = 0; turn < connections; turn++) {
    const client = connectTcp('127.0.0.1', listener.local);
    const server = listener.accept();
    client.send(100);
    server.receiveExactly(100).send(200);
    client.receiveExactly(200).close();
    server.receiveToEnd().close();
    between(turn);
  }
  listener.close();
}

function lost(watch: Watch): number {
  const { payload_rate = 0, payload_ring = 0 } = watch.source.lost();
  return payload_rate + payload_ring;
}

const storms = [
  { title: 'more than the bucket gives', payload: { samplesPerSecond: 100, burst: 50 }, cause: 'payload_rate' },
  {
    title: 'more than the ring holds',
    payload: { ringBytes: 4096, samplesPerSecond: 1e6, burst: 1e6 },
    cause: 'payload_ring',
  },
];
for (const { title, payload, cause } of storms) {
  test(`${title}: each packet of 10,000 connections is sampled or counted as lost`, async (t) => {
    /* Losses are the whole host's: one with ample room tells what others send meanwhile, of two ends the one. */
    await using host = new Watch({ payload: { samplesPerSecond: 1e6, burst: 1e6, ringBytes: 1 << 26 } });
    await using watch = new Watch({ netns, payload });
    for (const each of [host, watch]) each.source.excludePayload(servers.id);
    talk(clients, 10_000, (turn) => {
      if (turn % 500 === 0) for (const each of [host, watch]) each.source.drain();
    });
    /* The ample one last: it has heard of all that the other may have lost. */
    for (const each of [watch, host]) each.source.tick();
    const foreign = host.payloads.filter((seen) => seen.netns !== netns).length;
    const seen = watch.payloads.length;
    t.diagnostic(JSON.stringify({ seen, lost: lost(watch), foreign }));
    assert.equal(host.payloads.length - foreign, 20_000, 'the ample one has all');
    assert.ok(seen > 20 && seen < 10_000);
    assert.ok((watch.source.lost()[cause] ?? 0) > 10_000);
    assert.ok(seen + lost(watch) >= 20_000 && seen + lost(watch) <= 20_000 + 2 * foreign);
    assert.ok(watch.payloads.every(({ bytes, length }) => bytes.length === length));
  });
}

test('a cgroup that takes all it can get leaves a share for one that begins to speak', async () => {
  await using watch = new Watch({ netns, payload: { samplesPerSecond: 200, burst: 200 } });
  watch.source.excludePayload(servers.id);
  talk(clients, 3000);
  talk(others, 3);
  watch.source.tick();
  assert.ok(lost(watch) > 3000);
  assert.equal(watch.payloads.filter(({ cgroupId }) => cgroupId === others.id).length, 6);
});

test('ports that are excluded are not sampled, also when that changes while it runs', async () => {
  await using watch = new Watch({ cgroupId: clients.id });
  enterAgain(clients);
  const receiver = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1');
  const ask = () => {
    const sender = Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', receiver.local);
    sender.send(20);
    receiver.receiveExactly(20);
    sender.close();
    watch.source.tick();
    const count = watch.payloads.length;
    watch.payloads.length = 0;
    return count;
  };
  const settings = { ...watch.config.payload, dnsPorts: [] };
  assert.equal(ask(), 1);
  watch.source.configurePayload({ ...settings, excludePorts: [receiver.local] });
  assert.equal(ask(), 0);
  watch.source.configurePayload(settings);
  assert.equal(ask(), 1);
  assert.equal(lost(watch), 0);
  receiver.close();
});

test('where it is off nothing is sampled, and nothing counted', async () => {
  await using watch = new Watch({ netns, payload: { mode: 'off' } });
  talk(clients, 10);
  watch.source.tick();
  assert.deepEqual([watch.payloads.length, lost(watch)], [0, 0]);
  assert.equal(watch.closed().length, 20);
});
