/**
 * Keeps what cannot be named yet for a few seconds: a pod may be seen by the kernel before the API server tells its name.
 * First in, first out; bounded; time is passed in. What expires or is pushed out goes on unnamed and is counted, never lost.
 */
interface Held<T> {
  readonly item: T;
  readonly sinceMs: number;
}

export class HoldBack<T> {
  readonly #capacity: number;
  readonly #holdMs: number;
  #queue: Held<T>[] = [];
  #expired = 0;
  #overflowed = 0;

  /** `holdMs` 5000 as in the design; `capacity` bounds memory while the source of names is away. */
  constructor(capacity = 10_000, holdMs = 5000) {
    this.#capacity = capacity;
    this.#holdMs = holdMs;
  }

  /** Holds `item`. When there is no room, returns the oldest, to be handled unnamed; else undefined. */
  hold(item: T, nowMs: number): T | undefined {
    const oldest = this.#queue.length >= this.#capacity ? this.#queue.shift() : undefined;
    if (oldest) this.#overflowed++;
    this.#queue.push({ item, sinceMs: nowMs });
    return oldest?.item;
  }

  /**
   * What may go on now, in the order it came: everything that `isNamed` says has a name, and everything held too long.
   * Call it after every update of names (before observing anything newer, to keep the order) and every tick.
   */
  release(nowMs: number, isNamed: (item: T) => boolean): T[] {
    if (this.#queue.length === 0) return [];
    const ready: T[] = [];
    const waiting: Held<T>[] = [];
    for (const held of this.#queue) {
      if (isNamed(held.item)) ready.push(held.item);
      else if (nowMs - held.sinceMs >= this.#holdMs) {
        this.#expired++;
        ready.push(held.item);
      } else waiting.push(held);
    }
    this.#queue = waiting;
    return ready;
  }

  /** `unresolved`: items that went on unnamed, whether their time or the room had run out. */
  get state() {
    return {
      entries: this.#queue.length,
      capacity: this.#capacity,
      evicted: this.#overflowed,
      unresolved: this.#expired + this.#overflowed,
    };
  }
}
