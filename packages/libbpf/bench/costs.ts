/** Measures what the operations of this package cost, as rows for the README: node bench/costs.ts (as root, with clang). */
import { BpfObject, Btf, EventLoop, MapBatch } from '../src/index.ts';
import { libbpf } from '../src/libbpf.ts';
import { burst, kitchenObject, temporaryCgroup } from '../test/fixture.ts';

const ENTRIES = 60_000;
const file = kitchenObject();
const rows: [what: string, cost: string][] = [];

/** Best of five rounds, in nanoseconds a unit. */
function nanoseconds(units: number, action: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    action();
    best = Math.min(best, performance.now() - started);
  }
  return (best * 1e6) / units;
}

function row(what: string, ns: number): void {
  const [amount, unit] = ns < 1e3 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'µs'] : [ns / 1e6, 'ms'];
  rows.push([what, `${amount < 10 ? amount.toFixed(1) : amount.toFixed(0)} ${unit}`]);
}

function repeated(times: number, action: () => void): () => void {
  return () => {
    for (let index = 0; index < times; index++) action();
  };
}

row(
  'a call of a C function that does nothing',
  nanoseconds(
    1e6,
    repeated(1e6, () => void libbpf.libbpf_major_version()),
  ),
);
row(
  '`BpfObject.open` (17 maps, 9 programs)',
  nanoseconds(1, () => BpfObject.open(file).close()),
);
row(
  '`open`, `load`, `close` of the same, nearly all in the kernel',
  nanoseconds(1, () => {
    using object = BpfObject.open(file);
    object.load();
  }),
);
row(
  '`Btf.fromFile(vmlinux)` and one `layout`',
  nanoseconds(1, () => void Btf.fromFile('/sys/kernel/btf/vmlinux').layout('tcp_sock')),
);

using object = BpfObject.open(file);
object.load();
const hash = object.map<{ a: number; b: number }, number>('hash');
for (let key = 0; key < ENTRIES; key++) hash.set({ a: key, b: key }, key);
const key = new Uint8Array(Uint32Array.of(7, 7).buffer);
const value = new Uint8Array(8);
row(
  '`getRaw`, one system call',
  nanoseconds(
    2e5,
    repeated(2e5, () => void hash.getRaw(key, value)),
  ),
);
row(
  '`get` with a struct as key',
  nanoseconds(
    2e5,
    repeated(2e5, () => void hash.get({ a: 7, b: 7 })),
  ),
);
const batch = new MapBatch(ENTRIES);
row(
  `\`readBatch\` of ${ENTRIES} entries of 8 + 8 bytes`,
  nanoseconds(1, () => void hash.readBatch(batch)),
);
let sum = 0;
row(
  `decoding them from \`keys32\` and \`values32\``,
  nanoseconds(1, () => {
    for (let at = 0; at < batch.count; at++) sum += batch.keys32[at * 2]! + batch.values32[at * 2]!;
  }),
);
row(
  `\`entries()\` over the same, as objects`,
  nanoseconds(1, () => void [...hash.entries()].length),
);
using iterator = object.program('dump_hash').attachIterator({ map: hash });
row(
  `\`BpfIterator.run\` over the same, 16 bytes written an entry`,
  nanoseconds(1, () => void iterator.run()),
);

const loop = new EventLoop();
loop.addRing(object.map('ring'), (ring, offset) => {
  sum += ring.u32[offset >>> 2]!;
});
const context = burst(1000, 16);
let drained = 0;
let records = 0;
for (let round = 0; round < 1000; round++) {
  object.program('emit').testRun({ ctx: context });
  const started = performance.now();
  records += loop.drain();
  drained += performance.now() - started;
}
row('a ring buffer record of 16 bytes, read and handed over', (drained * 1e6) / records);
const latencies: number[] = [];
for (let round = 0; round < 200; round++) {
  const waiting = loop.wait(1000);
  await new Promise((resolve) => setTimeout(resolve, 1));
  const started = performance.now();
  object.program('emit').testRun({ ctx: burst(1, 16) });
  await waiting;
  latencies.push(performance.now() - started);
  loop.drain();
}
latencies.sort((a, b) => a - b);
row('from a record to the end of `wait`, median, idle', latencies[100]! * 1e6);
await loop.close();

using cgroup = temporaryCgroup();
row(
  '`attachCgroup` and `close`',
  nanoseconds(
    100,
    repeated(100, () => object.program('count_egress').attachCgroup(cgroup.path).close()),
  ),
);

for (const [what, cost] of rows) process.stdout.write(`| ${what} | ${cost} |\n`);
if (Number.isNaN(sum)) process.exitCode = 1;
