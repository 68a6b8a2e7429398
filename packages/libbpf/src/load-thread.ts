/** What runs in the thread of a load: one call of bpf_object__load. libbpf prints to the thread that calls it, so its log is collected here. */
import { parentPort, workerData } from 'node:worker_threads';
import { libbpf } from './libbpf.ts';
import type { LoadOrder } from './load-in-thread.ts';
import { logged } from './log.ts';

const { pointer, debug } = workerData as LoadOrder;
parentPort?.postMessage(logged(() => libbpf.bpf_object__load(pointer), debug));
