import { agoMs } from './short-time.ts';

const TIME = 1;
const VALUES = 2;

/**
 * Some numbers of each of those that came once, by hash, in fixed memory and without an object each: most never come again, and
 * who does gets a state that begins with what is held here. One slot each; another one with the same slot takes it over.
 */
export class Newcomers {
  /** Who came longer ago is new again; 24 days at the most. */
  withinMs: number;
  readonly #mask: number;
  readonly #width: number;
  /** Of each its tag, time and values, side by side: one look into cold memory. */
  readonly #slots: Uint32Array;
  #size = 0;
  #evicted = 0;

  /**
   * @param slots a power of two.
   * @param columns numbers of each, 0 to 2^32 − 1.
   */
  constructor(slots: number, columns: number, withinMs: number) {
    this.withinMs = withinMs;
    this.#mask = slots - 1;
    this.#width = VALUES + columns;
    this.#slots = new Uint32Array(slots * this.#width);
  }

  /** Its slot; −1 when it has not come lately, or was forgotten. */
  find(hash: number, nowMs: number): number {
    const slot = hash & this.#mask;
    const at = slot * this.#width;
    if (this.#slots[at] !== tagOf(hash)) return -1;
    return Math.abs(agoMs(this.#slots[at + TIME]!, nowMs)) <= this.withinMs ? slot : -1;
  }

  /** Gives one that has none a slot; its numbers are to be set. */
  enter(hash: number, timeMs: number): number {
    const slot = hash & this.#mask;
    const at = slot * this.#width;
    if (this.#slots[at] === 0) this.#size++;
    else if (Math.abs(agoMs(this.#slots[at + TIME]!, timeMs)) <= this.withinMs) this.#evicted++;
    this.#slots[at] = tagOf(hash);
    this.#slots[at + TIME] = timeMs;
    return slot;
  }

  /** It has a state now. */
  leave(slot: number): void {
    this.#slots[slot * this.#width] = 0;
    this.#size--;
  }

  /** When it came, epoch ms. */
  timeOf(slot: number, nowMs: number): number {
    return Math.floor(nowMs) - agoMs(this.#slots[slot * this.#width + TIME]!, nowMs);
  }

  setTime(slot: number, timeMs: number): void {
    this.#slots[slot * this.#width + TIME] = timeMs;
  }

  get(slot: number, column: number): number {
    return this.#slots[slot * this.#width + VALUES + column]!;
  }

  set(slot: number, column: number, value: number): void {
    this.#slots[slot * this.#width + VALUES + column] = value;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#mask + 1;
  }

  /** Those forgotten for lack of room, not of age. */
  get evicted(): number {
    return this.#evicted;
  }
}

function tagOf(hash: number): number {
  return hash >>> 0 || 1;
}
