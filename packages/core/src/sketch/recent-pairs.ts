/** As `RecentKeys`, by two texts: joining them for each look-up would cost more than looking twice. */
export class RecentPairs {
  readonly #half: number;
  readonly #ttlMs: number;
  #young = new Map<string, Map<string, number>>();
  #old = new Map<string, Map<string, number>>();
  #youngSize = 0;
  #oldSize = 0;
  #bornMs = Number.NaN;
  #evicted = 0;

  constructor(capacity: number, ttlMs: number) {
    this.#half = Math.max(1, capacity >>> 1);
    this.#ttlMs = ttlMs;
  }

  add(first: string, second: string, timeMs: number): void {
    const isFull = this.#youngSize >= this.#half && this.#young.get(first)?.has(second) !== true;
    if (isFull) this.#evicted += this.#oldSize;
    if (isFull || !(Math.abs(timeMs - this.#bornMs) < this.#ttlMs)) this.#rotate(timeMs);
    let seconds = this.#young.get(first);
    if (seconds === undefined) {
      seconds = new Map();
      this.#young.set(first, seconds);
    }
    const before = seconds.size;
    seconds.set(second, timeMs);
    this.#youngSize += seconds.size - before;
  }

  /** Whether the pair was seen within `ttlMs` before `nowMs`. */
  has(first: string, second: string, nowMs: number): boolean {
    const seenMs = this.#young.get(first)?.get(second) ?? this.#old.get(first)?.get(second);
    return seenMs !== undefined && nowMs - seenMs <= this.#ttlMs;
  }

  get size(): number {
    return this.#youngSize + this.#oldSize;
  }

  get capacity(): number {
    return this.#half * 2;
  }

  /** Pairs forgotten for lack of room, not of age. */
  get evicted(): number {
    return this.#evicted;
  }

  #rotate(timeMs: number): void {
    this.#old = this.#young;
    this.#oldSize = this.#youngSize;
    this.#young = new Map();
    this.#youngSize = 0;
    this.#bornMs = timeMs;
  }
}
