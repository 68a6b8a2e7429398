import { Ring, RingEntry } from './ring.ts';

class Entry<V> extends RingEntry<V> {
  readonly first: string;
  readonly second: string;

  constructor(first: string, second: string, value: V) {
    super(value);
    this.first = first;
    this.second = second;
  }
}

/** As `Lru`, by two texts: joining them for each look-up would cost more than looking twice. The first should be the one of few. */
export class PairLru<V> {
  readonly capacity: number;
  readonly #entries = new Map<string, Map<string, Entry<V>>>();
  readonly #order: Ring<Entry<V>>;
  #size = 0;
  #evicted = 0;

  constructor(capacity: number, isKept: (value: V) => boolean = () => false) {
    this.capacity = capacity;
    this.#order = new Ring(new Entry<V>('', '', undefined as V), isKept as (value: unknown) => boolean);
  }

  /** The value, which is touched by that. */
  get(first: string, second: string): V | undefined {
    const entry = this.#entries.get(first)?.get(second);
    if (entry === undefined) return undefined;
    if (!entry.isTouched) entry.isTouched = true;
    return entry.value;
  }

  /** The value, left where it is in the order. */
  peek(first: string, second: string): V | undefined {
    return this.#entries.get(first)?.get(second)?.value;
  }

  /** Stores the value of a pair that has none. A full map forgets, and returns, the oldest that is not kept. */
  add(first: string, second: string, value: V): V | undefined {
    const evicted = this.#size < this.capacity ? undefined : this.#evictOne();
    const entry = new Entry(first, second, value);
    const seconds = this.#entries.get(first);
    if (seconds === undefined) this.#entries.set(first, new Map([[second, entry]]));
    else seconds.set(second, entry);
    this.#order.append(entry);
    this.#size++;
    return evicted;
  }

  delete(first: string, second: string): void {
    const entry = this.#entries.get(first)?.get(second);
    if (entry === undefined) return;
    entry.unlink();
    this.#forget(entry);
  }

  /** Oldest first. The one just told of may be deleted meanwhile. */
  values(): Generator<V, void> {
    return this.#order.values() as Generator<V, void>;
  }

  get size(): number {
    return this.#size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  #evictOne(): V {
    const oldest = this.#order.takeOldest();
    this.#forget(oldest);
    this.#evicted++;
    return oldest.value;
  }

  #forget({ first, second }: Entry<V>): void {
    const seconds = this.#entries.get(first);
    seconds?.delete(second);
    if (seconds?.size === 0) this.#entries.delete(first);
    this.#size--;
  }
}
