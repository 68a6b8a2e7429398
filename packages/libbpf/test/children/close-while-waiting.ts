/** Closes an event loop in the middle of a wait of ten minutes, then exits: <object file>. */
import { BpfObject, EventLoop } from '../../src/index.ts';

const object = BpfObject.open(process.argv[2]!);
object.load();
const loop = new EventLoop();
loop.addRing(object.map('ring'), () => {});
const waiting = loop.wait(600_000);
setTimeout(async () => {
  const started = performance.now();
  await loop.close();
  const closeMs = performance.now() - started;
  object.close();
  await waiting;
  process.on('exit', () => process.stdout.write(JSON.stringify({ closeMs, exitedMs: performance.now() - started })));
}, 100);
