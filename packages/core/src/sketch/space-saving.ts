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
  readonly #counts = new Map<string, { count: number; error: number }>();

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  add(key: string, weight = 1): void {
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.count += weight;
      return;
    }
    if (this.#counts.size < this.#capacity) {
      this.#counts.set(key, { count: weight, error: 0 });
      return;
    }
    let least: string | undefined;
    let leastCount = Number.POSITIVE_INFINITY;
    for (const [candidate, value] of this.#counts) {
      if (value.count >= leastCount) continue;
      least = candidate;
      leastCount = value.count;
    }
    if (least !== undefined) this.#counts.delete(least);
    this.#counts.set(key, { count: leastCount + weight, error: leastCount });
  }

  /** Heaviest first; ties by key, so that the answer depends on the stream alone. */
  top(limit: number): Heavy[] {
    return [...this.#counts]
      .map(([key, { count, error }]) => ({ key, count, error }))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }

  get size(): number {
    return this.#counts.size;
  }

  clear(): void {
    this.#counts.clear();
  }
}
