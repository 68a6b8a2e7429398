import type { Flow } from '@netguard/core';

/** Flow records a second that go to the main thread; a storm beyond it stays in totals, edges and detectors. */
const PER_SECOND = 4000;
const SEND_EVERY_MS = 250;
/** Batches the main thread has not taken yet before more are left out. */
const MAX_UNREAD = 8;

/** Flow records on their way to the main thread: bounded, and what is left out is counted. */
export class FlowOutbox {
  readonly #send: (flows: Flow[], dropped: number) => void;
  #waiting: Flow[] = [];
  #dropped = 0;
  #sentMs = 0;
  #secondMs = 0;
  #inSecond = 0;
  #unread = 0;
  #droppedTotal = 0;

  constructor(send: (flows: Flow[], dropped: number) => void) {
    this.#send = send;
  }

  /** Left out since the start. */
  get dropped(): number {
    return this.#droppedTotal;
  }

  /** False when a record made now would be left out: the caller need not make it, but must call `skip`. */
  hasRoom(nowMs: number): boolean {
    if (nowMs - this.#secondMs >= 1000) {
      this.#secondMs = nowMs;
      this.#inSecond = 0;
    }
    return this.#inSecond < PER_SECOND && this.#unread < MAX_UNREAD;
  }

  skip(count: number): void {
    this.#dropped += count;
    this.#droppedTotal += count;
  }

  push(flow: Flow): void {
    this.#inSecond++;
    this.#waiting.push(flow);
  }

  /** Sends what waits, at most every quarter of a second. */
  flush(nowMs: number): void {
    if (nowMs - this.#sentMs < SEND_EVERY_MS || (this.#waiting.length === 0 && this.#dropped === 0)) return;
    this.#sentMs = nowMs;
    this.#unread++;
    this.#send(this.#waiting, this.#dropped);
    this.#waiting = [];
    this.#dropped = 0;
  }

  /** The main thread has taken a batch. */
  taken(): void {
    this.#unread = Math.max(0, this.#unread - 1);
  }
}
