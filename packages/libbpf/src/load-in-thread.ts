import { Worker } from 'node:worker_threads';
import { BpfError } from './errors.ts';
import type { Pointer } from './ffi.ts';
import type { Logged } from './log.ts';

export interface LoadOrder {
  /** Of the bpf_object: threads of a process have the same memory. Nobody else may touch it until the load is done. */
  readonly pointer: Pointer;
  readonly debug: boolean;
}

/** Beside this file in the sources, and `load-thread.js` beside the bundle that this is in. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './load-thread.ts' : './load-thread.js', import.meta.url);

/**
 * bpf_object__load on a thread of its own, which ends with it. Not one of libuv's pool: what libbpf prints there would have to
 * wait for our event loop, for ever if the process is ending. Throws LIBBPF_ERR_SYSTEM when there is no thread to be had.
 */
export function loadInThread(order: LoadOrder, doing: string): Promise<Pick<Logged<number>, 'value' | 'log'>> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown) => reject(new BpfError('LIBBPF_ERR_SYSTEM', doing, why, { cause }));
    const thread = new Worker(THREAD, { name: 'libbpf-load', workerData: order });
    let result: Logged<number> | undefined;
    thread.once('message', (message: Logged<number>) => {
      result = message;
    });
    thread.once('error', (error: unknown) => refuse(error instanceof Error ? error.message : String(error), error));
    /* Not before its end: then nothing of it is in the way of what comes next. */
    thread.once('exit', () => (result === undefined ? refuse('its thread ended before it') : resolve(result)));
  });
}
