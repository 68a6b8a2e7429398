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

/** Beside this file in the sources, and `load-thread.js` beside the bundle that this is in. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './load-thread.ts' : './load-thread.js', import.meta.url);

/** What the thread may take to start when the process ends meanwhile. */
const START_MS = 2000;

/** One for all loads, kept: each that ends leaves some fifty kilobytes behind, and takes a tenth of a second to start. */
let thread: LoadThread | undefined;

/**
 * bpf_object__load on a thread of its own, one load after the other. Not on one of libuv's pool: what libbpf prints there would
 * have to wait for our event loop, for ever if the process is ending. Throws LIBBPF_ERR_SYSTEM when there is no thread to be had.
 */
export async function loadInThread(pointer: Pointer, debug: boolean, doing: string): Promise<LoadResult> {
  try {
    if (thread === undefined || thread.isEnded) thread = new LoadThread();
    return await thread.load(pointer, debug);
  } catch (cause) {
    throw new BpfError('LIBBPF_ERR_SYSTEM', doing, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

class LoadThread {
  /** 1 once the thread has what it needs to load. */
  readonly #ready = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker = new Worker(THREAD, { name: 'libbpf-load', workerData: this.#ready });
  readonly #end = (): void => endQuietly(this.#ready);
  readonly #waiting = new Map<number, PromiseWithResolvers<LoadResult>>();
  #orders = 0;
  #failure: unknown = new Error('its thread ended before it');
  isEnded = false;

  constructor() {
    process.once('exit', this.#end);
    this.#worker.on('message', (result: LoadResult) => {
      this.#waiting.get(result.id)?.resolve(result);
      this.#waiting.delete(result.id);
      /* A process with nothing else to do ends. */
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.once('error', (error: unknown) => {
      this.#failure = error;
    });
    this.#worker.once('exit', () => {
      this.isEnded = true;
      process.off('exit', this.#end);
      for (const { reject } of this.#waiting.values()) reject(this.#failure);
    });
  }

  load(pointer: Pointer, debug: boolean): Promise<LoadResult> {
    const id = this.#orders++;
    const waiting = Promise.withResolvers<LoadResult>();
    this.#waiting.set(id, waiting);
    this.#worker.ref();
    this.#worker.postMessage({ id, pointer, debug } satisfies LoadOrder);
    return waiting.promise;
  }
}

/**
 * A process that ends stops its threads, and one that is stopped may not be called back: koffi would abort, as it would where it
 * is stopped in the middle of its start.
 */
function endQuietly(ready: Int32Array): void {
  Atomics.wait(ready, 0, 0, START_MS);
  libbpf.libbpf_set_print(null);
}
