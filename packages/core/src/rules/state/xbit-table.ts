import { RULE_RUN_LIMITS } from '../limits.ts';

/** Bits of addresses and of pairs of them (`xbits`, `hostbits`), each with its end. Bounded: the one set first goes, counted. */
export class XbitTable {
  readonly #ends = new Map<string, number>();
  readonly #capacity: number;
  evicted = 0;

  constructor(capacity: number = RULE_RUN_LIMITS.xbits) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#ends.size;
  }

  has(key: string, timeMs: number): boolean {
    const end = this.#ends.get(key);
    if (end === undefined) return false;
    if (end >= timeMs) return true;
    this.#ends.delete(key);
    return false;
  }

  set(key: string, endMs: number): void {
    this.#ends.delete(key);
    if (this.#ends.size >= this.#capacity) {
      const [oldest] = this.#ends.keys();
      if (oldest !== undefined) this.#ends.delete(oldest);
      this.evicted++;
    }
    this.#ends.set(key, endMs);
  }

  unset(key: string): void {
    this.#ends.delete(key);
  }
}
