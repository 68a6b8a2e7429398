/**
 * Time to read 100,000 live TCP sockets, all of which moved or none, in kernel and decoder, next to the ways others have:
 * an iterator with BPF_CORE_READ and bpf_seq_write, `ss` (netlink) and /proc/net/tcp in each of the two namespaces.
 * Run: `node bench/live-sockets.ts` as root.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ngSockRecord } from '@netguard/core/abi';
import { bootTimeNs } from '@netguard/libbpf';
import { KernelClock } from '../packages/agent/src/sources/ebpf/kernel-clock.ts';
import { LiveSockets } from '../packages/agent/src/sources/ebpf/live-sockets.ts';
import { SockRecordReader } from '../packages/agent/src/sources/ebpf/sock-record.ts';
import { openBenchObject } from './support/bench-object.ts';
import { HeldConnections } from './support/connections.ts';
import { LivePasses } from './support/live-passes.ts';
import { attachAll, NetGuardPrograms } from './support/netguard-programs.ts';
import { title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { openTwoPods } from './support/two-pods.ts';

const CONNECTIONS = size(50_000, 2000);
/** Open files are limited to 20,000 a process. */
const PROCESSES = size(6, 2);
const ROUNDS = size(5, 2);
const SIZES = [131_072, 65_536] as const;
/** Delayed acknowledgements come within this time. */
const QUIET_MS = 300;

title(
  'live-sockets',
  `${2 * CONNECTIONS} sockets, ${ROUNDS} rounds; goal: at most 100 ms, all moved, kernel and decoding`,
);

await using pods = await openTwoPods();
await using large = watch(SIZES[0]);
await using small = watch(SIZES[1]);
await using held = await HeldConnections.open(pods.client, pods.server, CONNECTIONS, PROCESSES);
using naive = openBenchObject('seq-iterator');
naive.load();
using sequence = naive.program('seq_live').attachIterator({ map: large.programs.objects.map('ng_sk') });

const reader = new SockRecordReader(new KernelClock(bootTimeNs, () => performance.now() * 1e6), 262_144);
const passes = new LivePasses(2 * CONNECTIONS);
const decode = (bytes: Uint8Array, view: DataView, offset: number): void => {
  reader.read(bytes, view, offset, false);
};
for (const { live } of [large, small]) live.read(decode);

for (let round = 0; round <= ROUNDS; round++) {
  if (round === 1) passes.forget();
  for (const [name, { live }] of [
    ['131,072 records', large],
    ['65,536 records', small],
  ] as const) {
    await quiet();
    live.read(decode);
    await quiet();
    passes.time(`NetGuard, ${name}, none moved`, () => live.read(decode).seen);
    await held.move();
    await quiet();
    passes.time(`NetGuard, ${name}, all moved`, () => live.read(decode).records);
    await held.move();
    await quiet();
    passes.time(`NetGuard, ${name}, all moved, kernel only`, () => live.read(() => {}).records);
  }
  passes.time('iterator, CORE_READ + seq_write', () => readSequence());
  await passes.timeAsync('ss -tanH in both namespaces', () => listSockets(['ss', '-tanH']));
  await passes.timeAsync('ss -tianH (with counters), both', () => listSockets(['ss', '-tianHO']));
  await passes.timeAsync('/proc/net/tcp in both', () => listSockets(['cat', '/proc/net/tcp']));
}
passes.print('NetGuard, 131,072 records, all moved');

function watch(maxLiveRecords: number) {
  const programs = new NetGuardPrograms({ maxLiveRecords, maxSockets: 262_144 });
  const { objects } = programs;
  const links = attachAll([objects.program('ng_tcp_destroy'), objects.program('ng_tcp_state')]);
  const iterator = objects.program('ng_tcp_live').attachIterator({ map: objects.map('ng_sk') });
  const live = new LiveSockets(iterator, objects.map('ng_live_header'), objects.map('ng_live'));
  return {
    programs,
    live,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const link of links) link.close();
      iterator.close();
      await programs[Symbol.asyncDispose]();
    },
  };
}

async function quiet(): Promise<void> {
  await sleep(QUIET_MS);
}

function readSequence(): number {
  const bytes = sequence.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < bytes.length; offset += ngSockRecord.SIZE) decode(bytes, view, offset);
  return bytes.length / ngSockRecord.SIZE;
}

/** Lines that a command prints in both namespaces. */
async function listSockets(command: readonly string[]): Promise<number> {
  const script = `${command.join(' ')} | wc -l`;
  const outputs = [await pods.client.run(script), await pods.server.run(script)];
  return outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0);
}
