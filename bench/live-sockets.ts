/**
 * Time to read 100,000 live TCP sockets, all of which moved or none, in kernel and decoder, next to the ways others have:
 * an iterator with BPF_CORE_READ and bpf_seq_write, `ss` (netlink) and /proc/net/tcp in each of the two namespaces.
 * Run: `node bench/live-sockets.ts` as root.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionObservation } from '@netguard/core';
import { ngSockRecord } from '@netguard/core/abi';
import { bootTimeNs } from '@netguard/libbpf';
import { KernelClock } from '../packages/agent/src/sources/ebpf/kernel-clock.ts';
import { type LiveRecords, LiveSockets } from '../packages/agent/src/sources/ebpf/live-sockets.ts';
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
const ROUNDS = size(7, 2);
/** Rounds before those that count: the compiler warms up. */
const WARM_UP = 2;
const KEPT = 1024;
/** The default, and half of it, which takes two passes. */
const SIZES = [131_072, 65_536] as const;
/** Of one number all through: nothing is lost here. */
const SWEEP = 1;
/** Delayed acknowledgements come within this time. */
const QUIET_MS = 300;

title(
  'live-sockets',
  `${2 * CONNECTIONS} sockets, ${ROUNDS} rounds; goal: at most 60 ms, all moved, kernel and decoding`,
);

await using pods = await openTwoPods();
await using large = watch(SIZES[0]);
await using small = watch(SIZES[1]);
await using held = await HeldConnections.open(pods.client, pods.server, CONNECTIONS, PROCESSES);
using naive = openBenchObject('seq-iterator');
naive.load();
using sequence = naive.program('seq_live').attachIterator({ map: large.programs.objects.map('ng_sk') });

const passes = new LivePasses(2 * CONNECTIONS);
const skip: LiveRecords = { room: () => 0, full: () => {}, again: () => {} };
for (const watch of [large, small]) while (watch.live.read(SWEEP, watch.decode).leftNew > 0);

for (let round = 0; round < WARM_UP + ROUNDS; round++) {
  if (round === WARM_UP) passes.forget();
  for (const [name, { live, decode, observed }] of [
    ['131,072 records', large],
    ['65,536 records', small],
  ] as const) {
    await quiet();
    live.read(SWEEP, decode);
    await quiet();
    passes.time(`NetGuard, ${name}, none moved`, () => live.read(SWEEP, decode).seen);
    await held.move();
    await quiet();
    observed();
    passes.time(`NetGuard, ${name}, all moved`, () => {
      live.read(SWEEP, decode);
      return observed();
    });
    await held.move();
    await quiet();
    passes.time(`NetGuard, ${name}, all moved, kernel only`, () => live.read(SWEEP, skip).records);
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
  const live = new LiveSockets(
    iterator,
    objects.map('ng_live_header'),
    objects.map('ng_live'),
    objects.map('ng_live_new'),
  );
  const reader = new SockRecordReader(new KernelClock(bootTimeNs, () => performance.now() * 1e6), 262_144);
  let observations = 0;
  /* Kept for a while, as an agent does, lest the compiler leave out making them. */
  const kept: ConnectionObservation[] = [];
  const observe = (seen: ConnectionObservation | undefined) => {
    if (seen !== undefined) kept[observations++ % KEPT] = seen;
  };
  const decode: LiveRecords = {
    room: () => reader.table.room,
    full: (bytes, view, offset) => observe(reader.live(bytes, view, offset)),
    again: (words, at, nowNs) => observe(reader.again(words, at, nowNs)),
  };
  return {
    programs,
    live,
    decode,
    /** Observations since the last call. */
    observed(): number {
      const count = observations;
      observations = 0;
      return count;
    },
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
  for (let offset = 0; offset < bytes.length; offset += ngSockRecord.SIZE) large.decode.full(bytes, view, offset);
  return bytes.length / ngSockRecord.SIZE;
}

/** Lines that a command prints in both namespaces. */
async function listSockets(command: readonly string[]): Promise<number> {
  const script = `${command.join(' ')} | wc -l`;
  const outputs = [await pods.client.run(script), await pods.server.run(script)];
  return outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0);
}
