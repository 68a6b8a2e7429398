import { parentPort, workerData } from 'node:worker_threads';
import { BpfError, BpfObject, EventLoop } from '../../src/index.ts';

const { object: file, mode } = workerData as { object: string; mode: 'load' | 'forever' };
let records = 0;

async function round(): Promise<void> {
  using object = BpfObject.open(file);
  object.load();
  try {
    object.program('emit').attach();
  } catch (error) {
    if (!(error instanceof BpfError && error.code === 'LIBBPF_ERR_ATTACH' && /syscall/.test(error.message)))
      throw error;
  }
  await using loop = new EventLoop();
  loop.addRing(object.map('ring'), () => {
    records++;
  });
  object.program('emit').testRun({ ctx: new Uint8Array(Uint32Array.of(100, 37, 0, 0).buffer) });
  if (await loop.wait(1000)) loop.drain();
}

if (mode === 'forever') {
  parentPort!.postMessage('started');
  for (;;) await round();
}
for (let index = 0; index < 4; index++) await round();
parentPort!.postMessage(String(records));
