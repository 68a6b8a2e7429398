/** A queue of fixed capacity: the newest items stay, the oldest is handed back when there is no room. */
export class Ring<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #size = 0;
  #capacity: number;

  /** Room for `capacity` items (at least 1); memory grows as they come. */
  constructor(capacity: number) {
    this.#capacity = Math.max(1, Math.floor(capacity));
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Adds the newest item and returns the one that had to go for it, if any. */
  push(item: T): T | undefined {
    const gone = this.#size === this.#capacity ? this.shift() : undefined;
    this.#items[(this.#head + this.#size) % this.#capacity] = item;
    this.#size++;
    return gone;
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#capacity;
    this.#size--;
    return item;
  }

  /** The item at `index`, 0 being the oldest. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#size) return undefined;
    return this.#items[(this.#head + index) % this.#capacity];
  }

  /** Changes the capacity and returns how many of the oldest items had to go. */
  resize(capacity: number): number {
    const kept = [...this];
    const next = Math.max(1, Math.floor(capacity));
    const gone = Math.max(0, kept.length - next);
    this.#items = kept.slice(gone);
    this.#head = 0;
    this.#size = this.#items.length;
    this.#capacity = next;
    return gone;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.#size; index++) yield this.at(index) as T;
  }
}
