import { hash32, joinHash } from '../sketch/hash.ts';

const BITS = 16;
const CELLS = 1 << BITS;

/**
 * Counts by an ordered pair of addresses over the last `windowMs` to twice that, in fixed memory (count-min of two rows,
 * Cormode and Muthukrishnan 2005): never too few, seldom too many.
 */
export class PairCounts {
  readonly #windowMs: number;
  #young = new Uint16Array(2 * CELLS);
  #old = new Uint16Array(2 * CELLS);
  #bornMs = Number.NaN;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(hash: number, count: number, timeMs: number): void {
    this.#keep(timeMs);
    const a = hash & (CELLS - 1);
    const b = CELLS + (hash >>> BITS);
    this.#young[a] = Math.min(0xffff, this.#young[a]! + count);
    this.#young[b] = Math.min(0xffff, this.#young[b]! + count);
  }

  count(hash: number, timeMs: number): number {
    this.#keep(timeMs);
    const a = hash & (CELLS - 1);
    const b = CELLS + (hash >>> BITS);
    return Math.min(this.#young[a]! + this.#old[a]!, this.#young[b]! + this.#old[b]!);
  }

  #keep(timeMs: number): void {
    const ageMs = Math.abs(timeMs - this.#bornMs);
    if (ageMs < this.#windowMs) return;
    const isStale = !(ageMs < 2 * this.#windowMs);
    const free = this.#old;
    this.#old = this.#young;
    this.#young = free;
    this.#young.fill(0);
    if (isStale) this.#old.fill(0);
    this.#bornMs = timeMs;
  }
}

/** The hash of an ordered pair of addresses, with a kind of count told apart by `salt`. */
export function pairHash(from: string, to: string, salt: number): number {
  return joinHash(hash32(from) ^ salt, hash32(to));
}

/** The hash of a contact's far end, for sets of distinct ones. */
export function targetHash(ip: string, port: number): number {
  return joinHash(hash32(ip), port);
}
