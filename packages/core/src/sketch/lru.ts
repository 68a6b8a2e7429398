import { Ring, RingEntry } from './ring.ts';

class Entry<K, V> extends RingEntry<V> {
  readonly key: K;

  constructor(key: K, value: V) {
    super(value);
    this.key = key;
  }
}

/** A map of bounded size that forgets an entry that was not touched for long, except those that `isKept` holds on to. */
export class Lru<K, V> {
  readonly #capacity: number;
  readonly #entries = new Map<K, Entry<K, V>>();
  readonly #order: Ring<Entry<K, V>>;
  #evicted = 0;

  constructor(capacity: number, isKept: (value: V) => boolean = () => false) {
    this.#capacity = Math.max(1, capacity);
    this.#order = new Ring(new Entry<K, V>(undefined as K, undefined as V), isKept as (value: unknown) => boolean);
  }

  /** The value, which is touched by that. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (!entry.isTouched) entry.isTouched = true;
    return entry.value;
  }

  /** The value, left where it is in the order. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Whether it is there; it is left where it is. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Stores the value as the newest. A full map forgets, and returns, the oldest that is not kept (the oldest, when all are). */
  set(key: K, value: V): V | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      known.isTouched = false;
      known.unlink();
      this.#order.append(known);
      return undefined;
    }
    const evicted = this.#entries.size < this.#capacity ? undefined : this.#evictOne();
    const entry = new Entry(key, value);
    this.#entries.set(key, entry);
    this.#order.append(entry);
    return evicted;
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    entry.unlink();
    return this.#entries.delete(key);
  }

  /** Oldest first. The one just told of may be deleted meanwhile. */
  values(): Generator<V, void> {
    return this.#order.values() as Generator<V, void>;
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

  #evictOne(): V {
    const { key, value } = this.#order.takeOldest();
    this.#entries.delete(key);
    this.#evicted++;
    return value;
  }
}
