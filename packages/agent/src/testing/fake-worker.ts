import { EventEmitter } from 'node:events';
import type { FromWorker, ToWorker } from '../worker/messages.ts';
import type { WorkerPort } from '../worker-link.ts';
import { sourceStatus } from './samples.ts';

export type Script = (worker: FakeWorker, message: ToWorker) => void;

/** Starts and stops as the real one does. */
export const obedient: Script = (worker, { type }) => {
  if (type === 'start') worker.say({ type: 'started', status: sourceStatus });
  if (type === 'stop') worker.say({ type: 'stopped' });
};

/** A double of the Worker at the border of the thread: records what it is told, says what the test wants. */
export class FakeWorker extends EventEmitter implements WorkerPort {
  readonly heard: ToWorker[] = [];
  terminated = false;
  readonly #script: Script;

  constructor(script: Script = obedient) {
    super();
    this.#script = script;
  }

  postMessage(message: ToWorker): void {
    this.heard.push(structuredClone(message));
    setImmediate(() => this.#script(this, message));
  }

  async terminate(): Promise<void> {
    this.terminated = true;
  }

  /** Arrives as a message of the thread does: cloned. The thread ends after its last. */
  say(message: FromWorker): void {
    this.emit('message', structuredClone(message));
    if (message.type === 'stopped') setImmediate(() => this.emit('exit', 0));
  }

  heardOf<T extends ToWorker['type']>(type: T): Extract<ToWorker, { type: T }>[] {
    return this.heard.filter((message) => message.type === type) as Extract<ToWorker, { type: T }>[];
  }
}
