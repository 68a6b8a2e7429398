/** Collects garbage while waits are pending and records arrive: <object file>. Run with --expose-gc. */
import { BpfObject, EventLoop } from '../../src/index.ts';

const object = BpfObject.open(process.argv[2]!);
object.load();
const context = new Uint8Array(Uint32Array.of(100, 37, 0, 0).buffer);
let records = 0;
let garbage: Uint8Array[] = [];
for (let round = 0; round < 30; round++) {
  const loop = new EventLoop();
  loop.addRing(object.map('ring'), () => {
    records++;
  });
  for (let wait = 0; wait < 10; wait++) {
    const waiting = loop.wait(5);
    for (let index = 0; index < 200; index++) garbage.push(new Uint8Array(64 + index));
    if (wait % 3 === 0) globalThis.gc!();
    if (wait % 2 === 0) object.program('emit').testRun({ ctx: context });
    await waiting;
    loop.drain();
    garbage = [];
  }
  await loop.close();
}
object.close();
globalThis.gc!();
process.stdout.write(`records ${records}\n`);
