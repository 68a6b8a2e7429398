/** A map of bounded size that forgets the entry touched longest ago, except those that `isKept` holds on to. */
export class Lru<K, V> {
  readonly #capacity: number;
  readonly #isKept: (value: V) => boolean;
  readonly #entries = new Map<K, V>();
  #evicted = 0;

  constructor(capacity: number, isKept: (value: V) => boolean = () => false) {
    this.#capacity = Math.max(1, capacity);
    this.#isKept = isKept;
  }

  /** The value, which becomes the newest. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** The value, left where it is in the order. */
  peek(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Stores the value as the newest. A full map forgets, and returns, the oldest that is not kept (the oldest, when all are). */
  set(key: K, value: V): V | undefined {
    const evicted = this.#entries.delete(key) || this.#entries.size < this.#capacity ? undefined : this.#evictOne();
    this.#entries.set(key, value);
    return evicted;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  get size(): number {
    return this.#entries.size;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get evicted(): number {
    return this.#evicted;
  }

  #evictOne(): V | undefined {
    let looked = 0;
    let victim: K | undefined;
    for (const [key, value] of this.#entries) {
      if (looked === 0) victim = key;
      if (!this.#isKept(value)) {
        victim = key;
        break;
      }
      // Bounded work: with so many kept ones at the old end, the oldest has to go.
      if (++looked === 32) break;
    }
    if (victim === undefined) return undefined;
    const value = this.#entries.get(victim);
    this.#entries.delete(victim);
    this.#evicted++;
    return value;
  }
}
