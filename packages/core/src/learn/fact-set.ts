/** Something a workload did: when first, when last, how often. */
export type FactState = readonly [fact: string, firstMs: number, lastMs: number, count: number];

interface Seen {
  firstMs: number;
  lastMs: number;
  count: number;
}

/** The facts of one workload, bounded: the one seen longest ago gives way. */
export class FactSet {
  /** By when they were seen last, oldest first: facts with a past are to be put in that order. */
  readonly #facts = new Map<string, Seen>();
  /** Facts that gave way since the start. */
  evicted = 0;

  has(fact: string): boolean {
    return this.#facts.has(fact);
  }

  /** Returns by how many the set has grown: 1, or 0 when the fact was known or another gave way. */
  add(fact: string, timeMs: number, capacity: number): 0 | 1 {
    return this.put([fact, timeMs, timeMs, 1], capacity);
  }

  /** Takes a fact with its past, joined with what is known of it. */
  put([fact, firstMs, lastMs, count]: FactState, capacity: number): 0 | 1 {
    const seen = this.#facts.get(fact);
    if (seen !== undefined) {
      if (firstMs < seen.firstMs) seen.firstMs = firstMs;
      seen.count += count;
      if (lastMs <= seen.lastMs) return 0;
      seen.lastMs = lastMs;
      this.#facts.delete(fact);
      this.#facts.set(fact, seen);
      return 0;
    }
    const isFull = this.#facts.size >= capacity;
    if (isFull && !this.#evictOldest()) {
      this.evicted++;
      return 0;
    }
    this.#facts.set(fact, { firstMs, lastMs, count });
    return isFull ? 0 : 1;
  }

  get size(): number {
    return this.#facts.size;
  }

  /** Newest first. */
  get state(): FactState[] {
    return Array.from(
      this.#facts,
      ([fact, { firstMs, lastMs, count }]): FactState => [fact, Math.round(firstMs), Math.round(lastMs), count],
    ).sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
  }

  #evictOldest(): boolean {
    const oldest = this.#facts.keys().next().value;
    if (oldest === undefined) return false;
    this.#facts.delete(oldest);
    this.evicted++;
    return true;
  }
}
