/** What the programs under examples/ count of traffic, in the form that each of them keeps it. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type BpfObject, Btf } from '../../../packages/libbpf/src/index.ts';
import { closeStyles, converse, sizeOf } from '../../kernel/support/close-styles.ts';
import { Ledger } from '../../kernel/support/ledger.ts';
import { enterOwnCgroup } from '../../kernel/support/own-cgroup.ts';
import { ip } from '../../kernel/support/own-namespace.ts';
import type { PeerNamespace } from '../../kernel/support/peer-namespace.ts';
import { AF, connectTcp, familyOf, listenTcp, SOCK, Socket } from '../../kernel/support/socket.ts';
import { ip6Bytes } from '../../kernel/support/socket-address.ts';
import { waitFor } from '../../kernel/support/wait-for.ts';
import type { Count } from '../report.ts';
import { differences, OWN, PEER } from './stage.ts';

type Result = Omit<Count, 'kind'>;
type Counting = (object: BpfObject, peer: PeerNamespace) => Promise<readonly Result[]>;

const TIMES = 20;
const CLOSED = 9;
const SILENT = '198.51.100.77';

const COUNTINGS: Readonly<Record<string, Counting>> = {
  'pod-traffic': podTraffic,
  'process-traffic': processTraffic,
  'syn-count': (object) => refusedBySource(object, 'syns', ['syn_count', 'syn_count']),
  'tcp-receive': (object) => refusedBySource(object, 'segments', ['tcp4_segment', 'tcp6_segment']),
  'connect-latency': connectLatency,
  'drop-reasons': dropReasons,
  'dns-latency': dnsLatency,
  'tcp-retransmits': tcpRetransmits,
};

/** Makes traffic while an example is attached. Nothing of an example that is not known here: its programs count as uncounted. */
export async function* countByExample(path: string, object: BpfObject, peer: PeerNamespace): AsyncGenerator<Count> {
  const counting = COUNTINGS[basename(path, '.bpf.o')];
  for (const result of (await counting?.(object, peer)) ?? []) yield { kind: 'count', ...result };
}

function entries<K, V>(object: BpfObject, map: string): [K, V][] {
  return [...object.map<K, V>(map).entries()];
}

function sum(values: readonly [unknown, unknown][]): number {
  return values.reduce((all, [, value]) => all + Number(value), 0);
}

function refusedConnects(address: string): void {
  for (let i = 0; i < TIMES; i++) {
    const client = Socket.open(familyOf(address), SOCK.stream);
    client.tryConnect(address, CLOSED);
    client.close();
  }
}

async function podTraffic(object: BpfObject, peer: PeerNamespace): Promise<Result[]> {
  const { id } = enterOwnCgroup('pod-traffic');
  const receiver = peer.inside(() => Socket.open(AF.inet, SOCK.dgram).bind(PEER.v4));
  const sender = Socket.open(AF.inet, SOCK.dgram).connect(PEER.v4, receiver.local);
  for (let i = 0; i < TIMES; i++) sender.sendDatagram(100);
  receiver.receiveWaiting();
  for (const socket of [sender, receiver]) socket.close();
  const all = entries<{ cgroup_id: number }, Record<string, number>>(object, 'traffic');
  const [, found] = all.find(([key]) => key.cgroup_id === id) ?? [];
  const bytes = TIMES * (100 + 28);
  const of = (way: 'transmit' | 'receive') => ({
    sent: TIMES,
    counted: found?.[`${way}_packets`] ?? 0,
    differences: differences({ bytes }, { bytes: found?.[`${way}_bytes`] ?? 0 }),
  });
  return [
    { program: 'pod_transmit', what: 'packets of a cgroup, with their bytes', ...of('transmit') },
    { program: 'pod_receive', what: 'packets of a cgroup, with their bytes', ...of('receive') },
  ];
}

async function processTraffic(object: BpfObject, peer: PeerNamespace): Promise<Result[]> {
  const ledger = new Ledger();
  const listener = peer.inside(() => listenTcp(PEER.v6));
  for (let i = 0; i < TIMES; i++) converse(listener, PEER.v6, sizeOf(i), closeStyles.finByClient!, ledger);
  listener.close();
  const own = entries<{ pid: number }, { sent_bytes: number; received_bytes: number }>(object, 'traffic').filter(
    ([key]) => key.pid === process.pid,
  );
  const applications = (field: 'sent' | 'received') => ledger.entries.reduce((all, entry) => all + entry[field], 0);
  const counted = (field: 'sent_bytes' | 'received_bytes') => own.reduce((all, [, bytes]) => all + bytes[field], 0);
  const what = 'bytes of a process over IPv6';
  return [
    { program: 'tcp_sent', what, sent: applications('sent'), counted: counted('sent_bytes'), differences: [] },
    {
      program: 'tcp_received',
      what,
      sent: applications('received'),
      counted: counted('received_bytes'),
      differences: [],
    },
  ];
}

/** One SYN a connect, whose answer ends it. */
async function refusedBySource(object: BpfObject, map: string, programs: readonly [string, string]): Promise<Result[]> {
  for (const address of [PEER.v4, PEER.v6]) refusedConnects(address);
  const found = entries<{ source: Uint8Array }, number>(object, map);
  const of = (address: string) =>
    found.find(([key]) => Buffer.compare(Buffer.from(key.source), ip6Bytes(address)) === 0)?.[1] ?? 0;
  const results = [of(`::ffff:${OWN.v4}`), of(OWN.v6)];
  return results.map((counted, i) => ({
    program: programs[i]!,
    what: `segments of one source over ${['IPv4', 'IPv6'][i]}`,
    sent: TIMES,
    counted,
    differences: [],
  }));
}

async function connectLatency(object: BpfObject, peer: PeerNamespace): Promise<Result[]> {
  const listener = peer.inside(() => listenTcp(PEER.v4));
  for (let i = 0; i < TIMES; i++)
    for (const socket of [connectTcp(PEER.v4, listener.local), listener.accept()]) socket.resetOnClose().close();
  refusedConnects(PEER.v4);
  listener.close();
  const program = 'connect_state';
  return [
    {
      program,
      what: 'handshakes that were timed',
      sent: TIMES,
      counted: sum(entries(object, 'latency_us')),
      differences: [],
    },
    {
      program,
      what: 'handshakes that came to nothing',
      sent: TIMES,
      counted: sum(entries(object, 'failed')),
      differences: [],
    },
  ];
}

async function dropReasons(object: BpfObject): Promise<Result[]> {
  refusedConnects(PEER.v4);
  const names = Btf.fromFile('/sys/kernel/btf/vmlinux').enumValues('skb_drop_reason');
  const reason = Number(names.get('SKB_DROP_REASON_NO_SOCKET'));
  const found = entries<{ reason: number }, number>(object, 'drops').find(([key]) => Number(key.reason) === reason);
  return [
    {
      program: 'drop_reason',
      what: 'packets without a socket',
      sent: TIMES,
      counted: found?.[1] ?? 0,
      differences: [],
    },
  ];
}

async function dnsLatency(object: BpfObject, peer: PeerNamespace): Promise<Result[]> {
  const server = peer.inside(() => Socket.open(AF.inet, SOCK.dgram).bind(PEER.v4, 53));
  const client = Socket.open(AF.inet, SOCK.dgram).bind(OWN.v4).connect(PEER.v4, 53);
  const answered = TIMES / 2;
  for (let id = 0; id < TIMES; id++) {
    const message = Uint8Array.of(0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    client.sendBytes(message);
    server.receive();
    if (id >= answered) continue;
    server.sendTo(message, OWN.v4, client.local);
    client.receive();
  }
  for (const socket of [client, server]) socket.close();
  const [messages] = entries<number, { questions: number; answers: number }>(object, 'messages');
  const timed = differences({ timed: answered }, { timed: sum(entries(object, 'latency_us')) });
  const counted = messages?.[1];
  return [
    { program: 'dns_question', what: 'questions', sent: TIMES, counted: counted?.questions ?? 0, differences: [] },
    {
      program: 'dns_answer',
      what: 'answers, each with its time',
      sent: answered,
      counted: counted?.answers ?? 0,
      differences: timed,
    },
  ];
}

/** The kernel's own count of this namespace. */
function retransmitted(): number {
  const rows = readFileSync('/proc/thread-self/net/snmp', 'utf8').split('\n');
  const [names = [], values = []] = rows.filter((line) => line.startsWith('Tcp:')).map((line) => line.split(' '));
  return Number(values[names.indexOf('RetransSegs')]);
}

async function tcpRetransmits(object: BpfObject): Promise<Result[]> {
  ip(`neigh add ${SILENT} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`);
  const before = retransmitted();
  const client = Socket.open(AF.inet, SOCK.stream | SOCK.nonblock);
  client.tryConnect(SILENT, CLOSED);
  await waitFor('a SYN that is sent again', () => retransmitted() > before);
  const counted = sum(entries(object, 'retransmits'));
  const sent = retransmitted() - before;
  client.close();
  return [
    {
      program: 'tcp_retransmit',
      what: 'segments that were sent again, as the kernel counts them',
      sent,
      counted,
      differences: [],
    },
  ];
}
