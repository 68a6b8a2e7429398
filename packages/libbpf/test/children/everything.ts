/** Does one of everything: <object file> <cgroup> [programs to leave out]. */
import { type BpfError, BpfObject, EventLoop, enableProgramStats } from '../../src/index.ts';

const [file, cgroup, ...leftOut] = process.argv.slice(2) as [string, string, ...string[]];
using object = BpfObject.open(file);
for (const name of leftOut) object.program(name).autoload = false;
object.load();
const hash = object.map<{ a: number; b: number }, number>('hash');
hash.set({ a: 1, b: 2 }, 3);
const loop = new EventLoop();
let records = 0;
loop.addRing(object.map('ring'), () => {
  records++;
});
object.program('emit').testRun({ ctx: new Uint8Array(Uint32Array.of(10, 16, 0, 0).buffer) });
await loop.wait(1000);
loop.drain();
await loop.close();
using link = object.program('count_egress').attachCgroup(cgroup);
using tracepoint = object.program('enter').attach();
using iterator = object.program('dump_hash').attachIterator({ map: hash });
let stats = 'none';
try {
  enableProgramStats();
} catch (error) {
  stats = (error as BpfError).code;
}
process.stdout.write(
  JSON.stringify({
    records,
    hash: [...hash.entries()].length,
    rows: iterator.run(),
    link: link.info().type,
    tracepoint: tracepoint.info().type,
    stats,
  }),
);
