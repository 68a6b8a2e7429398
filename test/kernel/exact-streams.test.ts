/** Long and lossy streams, and MPTCP. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ifindexOf } from '../../packages/libbpf/src/index.ts';
import { Background, output } from './support/command.ts';
import { checkLifecycles, Ledger } from './support/ledger.ts';
import { ERRNO, SystemCallError } from './support/libc.ts';
import { loadNeighbour, runsOf } from './support/neighbour.ts';
import { enterOwnNamespace, ip } from './support/own-namespace.ts';
import { connectTcp, IPPROTO, listenTcp, type Socket } from './support/socket.ts';
import { waitFor } from './support/wait-for.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();

/** iperf3 identifies each stream by 37 bytes that it does not count. */
const IPERF_COOKIE = 37;

interface IperfReport {
  readonly start: { readonly connected: readonly { readonly local_port: number; readonly remote_port: number }[] };
  readonly end: {
    readonly streams: readonly {
      readonly sender: { readonly bytes: number };
      readonly receiver: { readonly bytes: number };
    }[];
  };
}

test('a long iperf3 run of two streams is exact, connection by connection', async (t) => {
  await using watch = new Watch({ netns });
  await using server = new Background('iperf3', ['-s', '-1', '-B', '127.0.0.1', '-p', '5299', '--forceflush']);
  await waitFor('iperf3 to listen', () => server.text.includes('listening'));
  const looks = setInterval(() => watch.source.tick(), 50);
  const report = JSON.parse(
    await output('iperf3', ['-c', '127.0.0.1', '-p', '5299', '-n', '9G', '-P', '2', '-J'], 120_000).finally(() =>
      clearInterval(looks),
    ),
  ) as IperfReport;
  await watch.until('two streams and the control connection, both ends', () => watch.closed().length >= 6);

  for (const [i, { local_port: local, remote_port: remote }] of report.start.connected.entries()) {
    const stream = report.end.streams[i]!;
    const client = watch.closed().filter((seen) => seen.role === 'client' && seen.local.port === local);
    const far = watch
      .closed()
      .filter((seen) => seen.role === 'server' && seen.remote.port === local && seen.local.port === remote);
    assert.deepEqual(
      [client.map((seen) => seen.total.sentBytes), far.map((seen) => seen.total.receivedBytes)],
      [[stream.sender.bytes + IPERF_COOKIE], [stream.sender.bytes + IPERF_COOKIE]],
    );
  }
  assert.equal(watch.closed().length, 6);
  const streams = report.end.streams.map(({ sender }) => sender.bytes);
  assert.ok(Math.max(...streams) > 2 ** 32, 'more than 32 bits can count');
  t.diagnostic(`bytes of the streams: ${streams.join(', ')}`);
  assert.deepEqual(checkLifecycles(watch.connections), []);
  const looked = watch.connections.filter((seen) => seen.phase === 'live').length;
  assert.ok(looked > 10, `looked at while running (${looked} times)`);
});

test('retransmissions are counted apart and add no byte', async () => {
  using neighbour = loadNeighbour({ lose_every: 12 });
  neighbour.program('nb_lose').attachTcx(ifindexOf('lo'));
  ip('link set lo mtu 1500');
  await using watch = new Watch({ netns });
  const ledger = new Ledger();
  const listener = listenTcp('127.0.0.1');
  for (let i = 0; i < 20; i++) {
    const client = connectTcp('127.0.0.1', listener.local);
    const server = listener.accept();
    for (let turn = 0; turn < 4; turn++) {
      client.send(30_000);
      server.receiveExactly(30_000);
    }
    client.close();
    server.receiveToEnd();
    server.close();
    ledger.add('client', client.counts());
    ledger.add('server', server.counts());
  }
  listener.close();
  await watch.until('all final records', () => watch.closed().length >= 40, 30_000);

  assert.deepEqual(ledger.compare(watch.closed()), []);
  assert.deepEqual(checkLifecycles(watch.connections), []);
  assert.ok(runsOf(neighbour, 'lose') > 100);
  const retransmits = watch.closed().reduce((sum, seen) => sum + seen.total.retransmits, 0);
  assert.ok(retransmits >= 20, `retransmits: ${retransmits}`);
});

test('of an MPTCP connection its TCP subflows are recorded, and the master socket is not', async (t) => {
  await using watch = new Watch({ netns });
  let listener: Socket;
  try {
    listener = listenTcp('127.0.0.1', { protocol: IPPROTO.mptcp });
  } catch (error) {
    t.diagnostic(`this kernel has no MPTCP: ${error}`);
    assert.ok(error instanceof SystemCallError && [ERRNO.ENOPROTOOPT, 93].includes(error.errno as 92));
    return;
  }
  const client = connectTcp('127.0.0.1', listener.local, IPPROTO.mptcp);
  const server = listener.accept();
  assert.ok(mptcpCounter('MPCapableSYNACKRX') > 0, 'it is no fallback to TCP');
  client.send(10_000);
  server.receiveExactly(10_000);
  server.send(333);
  client.receiveExactly(333);
  watch.source.tick();
  client.close();
  server.receiveToEnd();
  server.close();
  listener.close();
  await watch.until('both subflows', () => watch.closed().length >= 2);
  watch.source.tick();
  const seen = watch.closed().map(({ role, total }) => [role, total.sentBytes, total.receivedBytes]);
  assert.deepEqual(seen.sort(), [
    ['client', 10_000, 333],
    ['server', 333, 10_000],
  ]);
  assert.deepEqual(checkLifecycles(watch.connections), []);
});

/** One of the MPTcpExt counters of this network namespace. */
function mptcpCounter(name: string): number {
  const lines = readFileSync('/proc/thread-self/net/netstat', 'utf8').split('\n');
  const [names = [], values = []] = lines.filter((line) => line.startsWith('MPTcpExt:')).map((line) => line.split(' '));
  return Number(values[names.indexOf(name)] ?? 0);
}
