/**
 * Rate at which final socket records are taken from the ring and become observations, next to draining the same ring without
 * looking at the records. Time is the thread's own processor time, so that other work on the machine does not count.
 * Run: `node bench/ring-decode.ts` as root.
 */
import { ngSockRecord } from '@netguard/core/abi';
import { bootTimeNs, EventLoop, type RecordHandler } from '@netguard/libbpf';
import { KernelClock } from '../packages/agent/src/sources/ebpf/kernel-clock.ts';
import { SockRecordReader } from '../packages/agent/src/sources/ebpf/sock-record.ts';
import { openBenchObject } from './support/bench-object.ts';
import { number, printTable, ratio, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { median } from './support/statistics.ts';
import { threadTimeNs } from './support/thread-time.ts';

/** Records of both ends in a second of 10,000 connections, which is what comes between two ticks. */
const BATCH = 20_000;
const ROUNDS = size(200, 10);
const RECORD_BYTES = ngSockRecord.SIZE + 8;
const RING_BYTES = 4 * 1024 * 1024;

title('ring-decode', `${ROUNDS} rounds of ${number(BATCH)} final socket records of ${RECORD_BYTES} bytes each`);

using object = openBenchObject('ring-fill');
object.load();
const fill = object.program('ring_fill');
let cookie = 1;

/** Closes over nothing that grows: each round's connections are new, as they are in a storm. */
const reader = new SockRecordReader(new KernelClock(bootTimeNs, () => performance.now() * 1e6), 131_072);
let checksum = 0;
const ways: Readonly<Record<string, RecordHandler>> = {
  'drain only': (_ring, _offset, length) => {
    checksum += length;
  },
  'drain, read one word': (ring, offset) => {
    checksum += ring.u32[offset >>> 2] as number;
  },
  'decode to observations': (ring, offset) => {
    checksum += reader.closed(ring.u8, ring.view, offset).delta.receivedBytes;
  },
};

const nanoseconds = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
let handle: RecordHandler = () => {};
await using loop = new EventLoop();
loop.addRing(object.map('bench_ring'), (ring, offset, length) => handle(ring, offset, length));

for (let round = 0; round < ROUNDS + 2; round++) {
  for (const [way, handler] of Object.entries(ways)) {
    const written = refill();
    handle = handler;
    const before = threadTimeNs();
    let drained = 0;
    while (drained < written) drained += loop.drain();
    const used = threadTimeNs() - before;
    reader.table.tick();
    // The first rounds warm the compiler.
    if (round >= 2) nanoseconds.get(way)?.push(used / drained);
  }
}

const base = median(nanoseconds.get('drain only') ?? []);
printTable(
  ['way', 'records/s', 'ns each', '÷ drain only', `seconds until ${RING_BYTES / 1048576} MiB are full at 10,000/s`],
  [...nanoseconds].map(([way, all], i) => {
    const each = median(all);
    const budget = i === 0 ? number(RING_BYTES / RECORD_BYTES / 10_000, 1) : '';
    return [way, number(1e9 / each), number(each, 1), ratio(each / base), budget];
  }),
);
if (checksum === 0) throw new Error('nothing was read');

/** Fills the empty ring; returns the records written. */
function refill(): number {
  const context = new Uint8Array(16);
  const view = new DataView(context.buffer);
  view.setBigUint64(0, BigInt(cookie), true);
  view.setUint32(8, BATCH, true);
  const written = fill.testRun({ ctx: context }).retval;
  if (written !== BATCH) throw new Error(`the ring took ${written} of ${BATCH} records`);
  cookie += BATCH;
  return written;
}
