/** The thread of loads: calls of bpf_object__load, one after the other. libbpf prints to the thread that calls it, so its log is collected here. */
import { parentPort, workerData } from 'node:worker_threads';
import { libbpf } from './libbpf.ts';
import type { LoadOrder, LoadResult } from './load-in-thread.ts';
import { logged } from './log.ts';

const ready = workerData as Int32Array;
Atomics.store(ready, 0, 1);
Atomics.notify(ready, 0);

parentPort?.on('message', ({ id, pointer, debug }: LoadOrder) => {
  const { value, log } = logged(() => libbpf.bpf_object__load(pointer), debug);
  parentPort?.postMessage({ id, value, log } satisfies LoadResult);
});
