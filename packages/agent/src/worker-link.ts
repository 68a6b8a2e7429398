import { Worker } from 'node:worker_threads';
import { NetGuardError, type NetGuardErrorCode } from '@netguard/core';
import type { FromWorker, SourceStatus, ToWorker } from './worker/messages.ts';

/** The part of a `node:worker_threads` Worker that the daemon uses. */
export interface WorkerPort {
  postMessage(message: ToWorker): void;
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

/** Time for the kernel programs to be verified and attached; minutes only on a machine that is out of memory or CPU. */
const START_MS = 60_000;
const STOP_MS = 4000;
const TERMINATE_MS = 1000;

/** The file of the Worker: beside the sources in development, beside the bundle in what is shipped. */
export function defaultWorkerUrl(): URL {
  const built = !import.meta.url.endsWith('.ts');
  return new URL(built ? './worker.js' : './worker/worker.ts', import.meta.url);
}

export function createWorker(url: URL): WorkerPort {
  return new Worker(url, { name: 'netguard-source' });
}

export interface WorkerHandlers {
  readonly onMessage: (message: FromWorker) => void;
  /** It ended without having been asked to. */
  readonly onCrash: (error: NetGuardError) => void;
}

/** The Worker's life: start, messages, an orderly stop, and a crash that is never silent. */
export class WorkerLink {
  readonly #worker: WorkerPort;
  /** It said `stopped`, or is gone. */
  readonly #ended: Promise<void>;
  readonly #exited: Promise<void>;
  #phase: 'starting' | 'running' | 'stopping' = 'starting';

  constructor(worker: WorkerPort, { onMessage, onCrash }: WorkerHandlers) {
    this.#worker = worker;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const exit = Promise.withResolvers<void>();
    this.#exited = exit.promise;
    const crash = (cause: Error) => {
      if (this.#phase !== 'running') return;
      this.#phase = 'stopping';
      onCrash(crashError(cause));
    };
    worker.on('message', (message) => {
      // Not when it is being stopped already: its end is then no crash.
      if (message.type === 'started' && this.#phase === 'starting') this.#phase = 'running';
      onMessage(message);
      if (message.type === 'stopped') resolve();
    });
    worker.on('error', (error) => {
      resolve();
      crash(error);
    });
    worker.on('exit', (code) => {
      resolve();
      exit.resolve();
      crash(new Error(`it exited with status ${code}`));
    });
  }

  /**
   * Sends `start` and resolves with the status. Throws what the Worker refused with, NG_ERR_WORKER_CRASHED,
   * NG_ERR_WORKER_START when it says nothing for a minute, or the reason of `signal`.
   */
  async start(message: Extract<ToWorker, { type: 'start' }>, signal?: AbortSignal): Promise<SourceStatus> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<SourceStatus>();
    this.#worker.on('message', (answer) => {
      if (answer.type === 'started') resolve(answer.status);
      if (answer.type === 'refused') reject(refusal(answer));
    });
    this.#worker.on('error', (error) => reject(crashError(error)));
    this.#worker.on('exit', (code) => reject(crashError(new Error(`it exited with status ${code}`))));
    const timer = setTimeout(() => {
      reject(
        new NetGuardError('NG_ERR_WORKER_START', `waiting ${START_MS / 1000} s for the kernel programs to attach`),
      );
    }, START_MS);
    const abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    this.#worker.postMessage(message);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /**
   * Asks it to stop and waits up to four seconds for that, then a moment for its end, and only then terminates it: a thread
   * that is terminated inside native code (a finalizer that unmaps memory is enough) takes the process with it. Termination
   * is not awaited for long: a thread inside a system call cannot be ended (the process' own end does that).
   */
  async stop(): Promise<void> {
    this.#phase = 'stopping';
    this.#worker.postMessage({ type: 'stop' });
    await within(this.#ended, STOP_MS);
    if (await within(this.#exited, TERMINATE_MS)) return;
    await within(this.#worker.terminate(), TERMINATE_MS);
  }
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function refusal({ code, message, hint, detail }: Extract<FromWorker, { type: 'refused' }>): NetGuardError {
  return new NetGuardError(code as NetGuardErrorCode, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail }),
  });
}

function crashError(cause: Error): NetGuardError {
  return new NetGuardError('NG_ERR_WORKER_CRASHED', 'reading from the kernel', {
    cause: new Error(`the worker thread ended unexpectedly (${cause.message})`, { cause }),
    hint: 'No traffic is watched any more. Start NetGuard again; `netguard doctor` checks the kernel side.',
  });
}
