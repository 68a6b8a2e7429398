/**
 * Keys and when each was last seen, in bounded memory and without relinking on every touch: two generations, the older
 * dropped whole when the younger is full or old. A key is remembered for at least `ttlMs` unless `capacity / 2` newer ones came.
 */
export class RecentKeys {
  readonly #half: number;
  #ttlMs: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #bornMs = Number.NaN;
  #evicted = 0;

  constructor(capacity: number, ttlMs: number) {
    this.#half = Math.max(1, capacity >>> 1);
    this.#ttlMs = ttlMs;
  }

  set ttlMs(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  add(key: string, timeMs: number): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#evicted += this.#old.size;
      this.#rotate(timeMs);
    } else if (!(Math.abs(timeMs - this.#bornMs) < this.#ttlMs)) {
      this.#rotate(timeMs);
    }
    this.#young.set(key, timeMs);
  }

  /** Whether the key was seen within `ttlMs` before `nowMs`. */
  has(key: string, nowMs: number): boolean {
    return this.seenMs(key, nowMs) !== undefined;
  }

  /** When the key was last seen, if within `ttlMs` before `nowMs`. */
  seenMs(key: string, nowMs: number): number | undefined {
    const seenMs = this.#young.get(key) ?? this.#old.get(key);
    return seenMs !== undefined && nowMs - seenMs <= this.#ttlMs ? seenMs : undefined;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get capacity(): number {
    return this.#half * 2;
  }

  /** Keys forgotten for lack of room, not of age. */
  get evicted(): number {
    return this.#evicted;
  }

  #rotate(timeMs: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#bornMs = timeMs;
  }
}
