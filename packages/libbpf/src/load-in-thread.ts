import { Worker } from 'node:worker_threads';
import { BpfError } from './errors.ts';
import type { Pointer } from './ffi.ts';
import { libbpf } from './libbpf.ts';

export interface LoadOrder {
  readonly id: number;
  /** Of the bpf_object: threads of a process have the same memory. Nobody else may touch it until the load is done. */
  readonly pointer: Pointer;
  /** libbpf's debug lines are in the log too. */
  readonly debug: boolean;
}

/** What bpf_object__load returned, and what libbpf printed. */
export interface LoadResult {
  readonly id: number;
  readonly value: number;
  readonly log: string;
}

interface Waiting {
  readonly resolve: (result: LoadResult) => void;
  readonly reject: (error: Error) => void;
}

/** Beside this file in the sources, and `load-thread.js` beside the bundle that this is in. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './load-thread.ts' : './load-thread.js', import.meta.url);

/** One for all loads, kept: each that ends leaves some fifty kilobytes behind, and takes a tenth of a second to start. */
let thread: Worker | undefined;
let waiting = new Map<number, Waiting>();
let orders = 0;

/**
 * bpf_object__load on a thread of its own, one load after the other. Not on one of libuv's pool: what libbpf prints there would
 * have to wait for our event loop, for ever if the process is ending. Throws LIBBPF_ERR_SYSTEM when there is no thread to be had.
 */
export function loadInThread(pointer: Pointer, debug: boolean, doing: string): Promise<LoadResult> {
  thread ??= start();
  const on = thread;
  const id = orders++;
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => {
      reject(new BpfError('LIBBPF_ERR_SYSTEM', doing, error.message, { cause: error }));
    };
    waiting.set(id, { resolve, reject: refuse });
    on.ref();
    on.postMessage({ id, pointer, debug } satisfies LoadOrder);
  });
}

function start(): Worker {
  const started = new Worker(THREAD, { name: 'libbpf-load' });
  process.once('exit', silence);
  const ours = new Map<number, Waiting>();
  waiting = ours;
  let failure = new Error('its thread ended before it');
  started.on('message', (result: LoadResult) => {
    ours.get(result.id)?.resolve(result);
    ours.delete(result.id);
    if (ours.size === 0) started.unref();
  });
  started.once('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  started.once('exit', () => {
    if (thread === started) thread = undefined;
    process.off('exit', silence);
    for (const { reject } of ours.values()) reject(failure);
  });
  return started;
}

/** A process that ends stops its threads, and one that is stopped may not be called back: koffi would abort. */
function silence(): void {
  libbpf.libbpf_set_print(null);
}
