/** Fills a pinned ring buffer: <object file> <pin> <rounds of 500 records>. */
import { BpfObject } from '../../src/index.ts';
import { BpfMap } from '../../src/map.ts';

const [file, pin, rounds] = process.argv.slice(2) as [string, string, string];
using object = BpfObject.open(file);
using ring = BpfMap.fromPinned(pin);
object.map('ring').reuse(ring);
object.load();
const context = new Uint8Array(Uint32Array.of(500, 37, 0, 0).buffer);
for (let round = 0; round < Number(rounds); round++) object.program('emit').testRun({ ctx: context });
process.stdout.write(JSON.stringify({ dropped: object.getGlobal('dropped') }));
