/** The examples, compiled and loaded as a user does it, count what the traffic of the test really was. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Btf } from '../../packages/libbpf/src/index.ts';
import { output } from './support/command.ts';
import { enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace, ip } from './support/own-namespace.ts';
import { PeerNamespace } from './support/peer-namespace.ts';
import { AF, connectTcp, listenTcp, SOCK, Socket } from './support/socket.ts';
import { entriesOf, example, samplesOf, testHost, v4Mapped } from './support/user-program.ts';
import { waitFor } from './support/wait-for.ts';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';
const netns = String(enterOwnNamespace());
const cgroup = enterOwnCgroup();
const host = testHost();

afterEach(async () => {
  for (const { name } of host.views()) await host.unload(name);
});

const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');
const sum = (entries: readonly [unknown, unknown][]): number =>
  entries.reduce((total, [, value]) => total + Number(value), 0);

/** A closed port answers at once: a SYN each, never sent again. */
function refusedConnects(address: string, family: number, times: number): void {
  for (let i = 0; i < times; i++) {
    const client = Socket.open(family, SOCK.stream);
    assert.notEqual(client.tryConnect(address, 9), 0);
    client.close();
  }
}

test('syn-count counts every SYN by its source, IPv4 and IPv6', async () => {
  await host.load(example('syn-count'));
  ip('addr add fd00:5e::1/128 dev lo nodad');
  await output('hping3', '-q -S -p 80 -c 200 -i u500 -a 10.201.7.9 127.0.0.1'.split(' ')).catch(() => undefined);
  refusedConnects('fd00:5e::1', AF.inet6, 25);
  /* An answer to a SYN is none, nor is what follows it. */
  const listener = listenTcp('127.0.0.1');
  connectTcp('127.0.0.1', listener.local).send(10).close();
  const seen = new Map(
    entriesOf<{ source: Uint8Array }, number>(host, 'syn-count', 'syns').map(([key, value]) => [
      hex(key.source),
      value,
    ]),
  );
  assert.equal(seen.get(v4Mapped('10.201.7.9')), 200);
  assert.ok(
    (await samplesOf(host, 'syn-count')).includes(
      'netguard_program_syn_count_syns_total{source=10.201.7.9,program=syn-count} 200',
    ),
  );
  assert.equal(seen.get(`fd00005e${'0'.repeat(23)}1`), 25);
  listener.close();
});

test('pod-traffic counts bytes and packets of a cgroup both ways, exactly', async () => {
  await host.load(example('pod-traffic', { cgroup: cgroup.path }));
  const server = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1');
  const client = Socket.open(AF.inet, SOCK.dgram).connect('127.0.0.1', server.local);
  for (let i = 0; i < 300; i++) {
    client.sendDatagram(100);
    server.receive();
  }
  const bytes = 300 * (100 + 28);
  assert.deepEqual(entriesOf(host, 'pod-traffic', 'traffic'), [
    [
      { cgroup_id: cgroup.id },
      { receive_bytes: bytes, transmit_bytes: bytes, receive_packets: 300, transmit_packets: 300 },
    ],
  ]);
  for (const socket of [client, server]) socket.close();
  assert.ok(
    (await samplesOf(host, 'pod-traffic')).includes(
      `netguard_program_pod_traffic_traffic_receive_bytes_total{namespace=,pod=,container=cgroup:${cgroup.id},program=pod-traffic} ${bytes}`,
    ),
  );
});

function retransmitted(): number {
  const [names = [], values = []] = readFileSync('/proc/thread-self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('RetransSegs')]);
}

test('tcp-retransmits agrees with the counter of the kernel', async () => {
  await host.load(example('tcp-retransmits'));
  await using _peer = await PeerNamespace.open();
  const outgoing = Socket.open(AF.inet, SOCK.stream | SOCK.nonblock);
  const before = retransmitted();
  ip('neigh add 198.51.100.77 lladdr 02:00:00:00:00:99 dev eth0 nud permanent');
  outgoing.tryConnect('198.51.100.77', 4455);
  const key = { destination: v4Mapped('198.51.100.77'), port: 4455 };
  await waitFor('a SYN sent again', () => retransmitted() > before);
  const rows = entriesOf<Record<string, never>, number>(host, 'tcp-retransmits', 'retransmits').map(
    ([{ destination, port }, count]) => [
      hex(destination),
      Buffer.from(Uint16Array.of(port!).buffer).readUInt16BE(),
      count,
    ],
  );
  assert.deepEqual(
    rows.filter(([destination]) => destination === key.destination),
    [[key.destination, key.port, retransmitted() - before]],
  );
  outgoing.close();
  assert.match(
    (await samplesOf(host, 'tcp-retransmits')).join('\n'),
    /retransmits_total\{destination=198\.51\.100\.77,port=4455,/,
  );
});

test('dns-latency times every answer, and leaves questions without one', async () => {
  await host.load(example('dns-latency', { cgroup: cgroup.path, set: { dns_port: '5399' } }));
  const server = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1', 5399);
  const client = Socket.open(AF.inet, SOCK.dgram).bind('127.0.0.1').connect('127.0.0.1', 5399);
  const slowFrom = 50;
  for (let id = 0; id < 64; id++) {
    const message = Uint8Array.of(0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    client.sendBytes(message);
    server.receive();
    if (id < 8) continue;
    if (id >= slowFrom) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    server.sendTo(message, '127.0.0.1', client.local);
    client.receive();
  }
  const latencies = entriesOf<number, number>(host, 'dns-latency', 'latency_us');
  assert.deepEqual(entriesOf(host, 'dns-latency', 'messages'), [[0, { questions: 64, answers: 56 }]]);
  assert.equal(sum(latencies), 56);
  /* 20 ms are 2^14.3 µs. */
  assert.equal(sum(latencies.filter(([slot]) => slot >= 14)), 64 - slowFrom, JSON.stringify(latencies));
  assert.equal(entriesOf(host, 'dns-latency', 'asked_ns').length, 8);
  for (const socket of [client, server]) socket.close();
  assert.match((await samplesOf(host, 'dns-latency')).join('\n'), /latency_seconds_count\{program=dns-latency\} 56$/m);
});

test('connect-latency counts each handshake once, and those that came to nothing', async () => {
  await host.load(example('connect-latency', { set: { netns } }));
  const listener = listenTcp('127.0.0.1');
  for (let i = 0; i < 40; i++) {
    const client = connectTcp('127.0.0.1', listener.local);
    listener.accept().close();
    client.close();
  }
  refusedConnects('127.0.0.1', AF.inet, 7);
  const latencies = entriesOf<number, number>(host, 'connect-latency', 'latency_us');
  assert.equal(sum(latencies), 40);
  assert.equal(sum(latencies.filter(([slot]) => slot > 17)), 0, 'none took more than a quarter of a second');
  assert.deepEqual(entriesOf(host, 'connect-latency', 'failed'), [[0, 7]]);
  listener.close();
  assert.match(
    (await samplesOf(host, 'connect-latency')).join('\n'),
    /latency_seconds_count\{program=connect-latency\} 40$/m,
  );
});

test('drop-reasons counts what found no socket', async () => {
  await host.load(example('drop-reasons', { set: { netns } }));
  const sender = Socket.open(AF.inet, SOCK.dgram);
  for (let i = 0; i < 150; i++) sender.sendTo(new Uint8Array(20), '127.0.0.1', 9);
  const reason = Number(Btf.fromFile(KERNEL_BTF).enumValues('skb_drop_reason').get('SKB_DROP_REASON_NO_SOCKET'));
  const counts = entriesOf<{ reason: number }, number>(host, 'drop-reasons', 'drops');
  assert.deepEqual(
    counts.find(([key]) => key.reason === reason),
    [{ reason }, 150],
  );
  sender.close();
  assert.match(
    (await samplesOf(host, 'drop-reasons')).join('\n'),
    /drops_total\{reason=SKB_DROP_REASON_NO_SOCKET,.*\} 150$/m,
  );
});

test('the kprobe examples compile and verify, and say why they cannot attach where there are no kprobes', async () => {
  for (const name of ['process-traffic', 'tcp-receive']) {
    const loaded = await host
      .load(example(name))
      .catch((error: { code: string; message: string; hint: string }) => error);
    if ('code' in loaded) {
      assert.match(`${loaded.message} ${loaded.hint}`, /attaching .*kprobe.*tracepoint \(tp_btf\)/);
      assert.equal(readFileSync('/proc/kallsyms', 'utf8').includes(' register_kprobe\n'), false);
    } else assert.equal(loaded.hooks.length, 2);
  }
});

test('no example is without a test', () => {
  // Scripts are bpftrace's, which is tried in an agent.
  const text = [fileURLToPath(import.meta.url), new URL('../e2e/bpftrace.test.ts', import.meta.url)]
    .map((file) => readFileSync(file, 'utf8'))
    .join();
  for (const name of readdirSync(new URL('../../examples', import.meta.url)).filter((each) => !each.includes('.')))
    assert.ok(text.includes(`'${name}'`) || text.includes(`${name}.bt`), name);
});
