import { agoMs } from './short-time.ts';

const WAYS = 4;
/** Four tags, four times. */
const ROW = 2 * WAYS;

/**
 * When each of many was met last, by hash, in fixed memory and without an object each: a stranger costs two numbers. Rows of
 * four (as processors' caches have them), in each of which the one furthest back gives way. Two of one 32-bit hash are one.
 */
export class RecentTimes {
  /** What is older than this is forgotten without being missed; 24 days at the most. */
  ttlMs: number;
  readonly #rows: Uint32Array;
  readonly #rowMask: number;
  #size = 0;
  #evicted = 0;

  /** @param capacity a power of two. */
  constructor(capacity: number, ttlMs: number) {
    this.ttlMs = ttlMs;
    this.#rows = new Uint32Array(2 * capacity);
    this.#rowMask = capacity / WAYS - 1;
  }

  note(hash: number, timeMs: number): void {
    const rows = this.#rows;
    const tag = hash >>> 0 || 1;
    const row = (tag & this.#rowMask) * ROW;
    let oldest = row;
    let furthestMs = -1;
    for (let at = row; at < row + WAYS; at++) {
      const held = rows[at];
      if (held === tag || held === 0) {
        if (held === 0) this.#size++;
        rows[at] = tag;
        rows[at + WAYS] = timeMs;
        return;
      }
      // A time far ahead is from before the clock was set back.
      const awayMs = Math.abs(agoMs(rows[at + WAYS]!, timeMs));
      if (awayMs > furthestMs) {
        oldest = at;
        furthestMs = awayMs;
      }
    }
    if (furthestMs <= this.ttlMs) this.#evicted++;
    rows[oldest] = tag;
    rows[oldest + WAYS] = timeMs;
  }

  /** When it was met last, epoch ms; −Infinity when that is not known, or further away than `ttlMs`. */
  last(hash: number, nowMs: number): number {
    const rows = this.#rows;
    const tag = hash >>> 0 || 1;
    const row = (tag & this.#rowMask) * ROW;
    for (let at = row; at < row + WAYS; at++) {
      if (rows[at] !== tag) continue;
      const ago = agoMs(rows[at + WAYS]!, nowMs);
      return Math.abs(ago) <= this.ttlMs ? Math.floor(nowMs) - ago : Number.NEGATIVE_INFINITY;
    }
    return Number.NEGATIVE_INFINITY;
  }

  has(hash: number, nowMs: number): boolean {
    return this.last(hash, nowMs) > Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#rows.length / 2;
  }

  /** Those forgotten for lack of room, not of age. */
  get evicted(): number {
    return this.#evicted;
  }
}
