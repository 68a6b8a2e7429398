interface Seen {
  readonly values: number[];
  seenMs: number;
}

/**
 * Turns cumulative counters of many subjects into what was added since each was last seen. A value that fell (a listener
 * that was opened again, traffic that turned out to be another's) adds nothing and is gone on from: too little for one
 * tick is better than counting the same twice.
 */
export class Cumulative {
  readonly #last = new Map<string, Seen>();

  get size(): number {
    return this.#last.size;
  }

  /** What `value` adds to the last one of `key`; all of it the first time. Never negative, so a sum of these never falls. */
  advance(key: string, value: number, nowMs: number): number {
    return this.advanceAll(key, [value], nowMs)[0] ?? 0;
  }

  /** The same for several counters of one subject, in a fixed order. */
  advanceAll(key: string, values: readonly number[], nowMs: number): number[] {
    const last = this.#last.get(key) ?? { values: [], seenMs: nowMs };
    last.seenMs = nowMs;
    this.#last.set(key, last);
    const added: number[] = [];
    for (const [index, value] of values.entries()) {
      const now = Number.isFinite(value) && value > 0 ? value : 0;
      const before = last.values[index] ?? 0;
      added.push(Math.max(0, now - before));
      last.values[index] = now;
    }
    return added;
  }

  /** Whether `advanceAll` would give anything but zeros. */
  wouldAdd(key: string, values: readonly number[]): boolean {
    const last = this.#last.get(key)?.values ?? [];
    return values.some((value, index) => Number.isFinite(value) && value > (last[index] ?? 0));
  }

  /** Forgets the keys last seen before `beforeMs`. One that comes back after that counts from zero again. */
  forget(beforeMs: number): void {
    for (const [key, seen] of this.#last) if (seen.seenMs < beforeMs) this.#last.delete(key);
  }
}
