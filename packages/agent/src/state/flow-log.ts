import type { Flow } from '@netguard/core';
import { Ring } from './ring.ts';

export interface Numbered<T> {
  /** Grows by one with every item since the start. */
  readonly sequence: number;
  readonly item: T;
}

/** The most recent flows. What is overwritten is counted. */
export class FlowLog {
  readonly #ring: Ring<Flow>;
  #total = 0;
  #overwritten = 0;

  constructor(capacity: number) {
    this.#ring = new Ring(capacity);
  }

  get size(): number {
    return this.#ring.size;
  }

  get capacity(): number {
    return this.#ring.capacity;
  }

  get overwritten(): number {
    return this.#overwritten;
  }

  push(flow: Flow): void {
    if (this.#ring.push(flow) !== undefined) this.#overwritten++;
    this.#total++;
  }

  resize(capacity: number): void {
    if (capacity !== this.#ring.capacity) this.#overwritten += this.#ring.resize(capacity);
  }

  /** Newest first, only flows older than number `before`. */
  *newestFirst(before = Number.POSITIVE_INFINITY): Generator<Numbered<Flow>> {
    const oldest = this.#total - this.#ring.size;
    for (let index = Math.min(this.#ring.size, before - oldest) - 1; index >= 0; index--) {
      const item = this.#ring.at(index);
      if (item !== undefined) yield { sequence: oldest + index, item };
    }
  }
}
