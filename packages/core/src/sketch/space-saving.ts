export interface Heavy {
  readonly key: string;
  /** An upper bound: the true count is between `count - error` and `count`. */
  readonly count: number;
  readonly error: number;
}

/**
 * The heaviest keys of a stream in fixed memory (Metwally, Agrawal, El Abbadi 2005): every key whose share is above
 * 1/capacity is held, whatever else arrives.
 */
export class SpaceSaving {
  readonly #capacity: number;
  /** Where each key's entry is. */
  readonly #places = new Map<string, number>();
  readonly #entries: { key: string; count: number; error: number }[] = [];
  /** No count is below it: it never falls while nothing is forgotten. */
  #floor = 0;
  /** Where the search for the next that is at the floor goes on. */
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  add(key: string, weight = 1): void {
    const place = this.#places.get(key);
    if (place !== undefined) {
      this.#entries[place]!.count += weight;
      return;
    }
    if (this.#entries.length < this.#capacity) {
      this.#places.set(key, this.#entries.length);
      this.#entries.push({ key, count: weight, error: 0 });
      return;
    }
    const at = this.#least();
    const entry = this.#entries[at]!;
    this.#places.delete(entry.key);
    this.#places.set(key, at);
    entry.key = key;
    entry.error = entry.count;
    entry.count += weight;
  }

  /** Heaviest first; ties by key, so that the answer depends on the stream alone. */
  top(limit: number): Heavy[] {
    return this.#entries
      .map(({ key, count, error }) => ({ key, count, error }))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }

  get size(): number {
    return this.#entries.length;
  }

  clear(): void {
    this.#places.clear();
    this.#entries.length = 0;
    this.#floor = 0;
    this.#next = 0;
  }

  /** Where the smallest count is: a round over all entries at the most, one step while there are more at the floor. */
  #least(): number {
    const { length } = this.#entries;
    let least = this.#next;
    for (let step = 0; step < length; step++) {
      const at = (this.#next + step) % length;
      const { count } = this.#entries[at]!;
      if (count < this.#entries[least]!.count) least = at;
      if (count <= this.#floor) break;
    }
    this.#floor = this.#entries[least]!.count;
    this.#next = (least + 1) % length;
    return least;
  }
}
