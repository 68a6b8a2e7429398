/**
 * Small numbers (slots) for keys of a fixed number of words, without an object a key. Slots stand in lists, each ordered by
 * when it was touched last, so that the oldest of a list is found at once: for time-outs, and to make room.
 */
const NONE = -1;

export class SlotTable {
  readonly #words: number;
  readonly #lists: number;
  readonly #seed: number;
  #keys: Int32Array;
  #hashes: Int32Array;
  #list: Uint8Array;
  /** Neighbours in the list. */
  #older: Int32Array;
  #newer: Int32Array;
  readonly #oldest: Int32Array;
  readonly #newest: Int32Array;
  readonly #sizes: Int32Array;
  #buckets: Int32Array;
  #mask: number;
  #used = 0;
  readonly #free: number[] = [];

  /** `seed` makes the places of keys hard to guess; results do not depend on it. */
  constructor(words: number, lists = 1, seed = 0x2545f491) {
    this.#words = words;
    this.#lists = lists;
    this.#seed = seed;
    const slots = 256;
    this.#keys = new Int32Array(slots * words);
    this.#hashes = new Int32Array(slots);
    this.#list = new Uint8Array(slots);
    this.#older = new Int32Array(slots);
    this.#newer = new Int32Array(slots);
    this.#oldest = new Int32Array(lists).fill(NONE);
    this.#newest = new Int32Array(lists).fill(NONE);
    this.#sizes = new Int32Array(lists);
    this.#buckets = new Int32Array(slots * 2).fill(NONE);
    this.#mask = slots * 2 - 1;
  }

  /** The slot of the key, or -1. */
  find(key: Int32Array): number {
    const hash = this.#hash(key);
    for (let bucket = hash & this.#mask; ; bucket = (bucket + 1) & this.#mask) {
      const slot = this.#buckets[bucket]!;
      if (slot === NONE) return NONE;
      if (this.#hashes[slot] === hash && this.#holds(slot, key)) return slot;
    }
  }

  /** Adds a key that is not there, as the newest of its list. */
  add(key: Int32Array, list = 0): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#hashes.length) this.#grow();
    const hash = this.#hash(key);
    this.#keys.set(key.length === this.#words ? key : key.subarray(0, this.#words), slot * this.#words);
    this.#hashes[slot] = hash;
    this.#place(hash, slot);
    this.#link(slot, list);
    return slot;
  }

  remove(slot: number): void {
    this.#unlink(slot);
    this.#unplace(slot);
    this.#free.push(slot);
  }

  /** Makes the slot the newest of its list, or of another one. */
  touch(slot: number, list: number = this.#list[slot]!): void {
    if (this.#list[slot] === list && this.#newest[list] === slot) return;
    this.#unlink(slot);
    this.#link(slot, list);
  }

  /** The slot touched longest ago, or -1. */
  oldest(list = 0): number {
    return this.#oldest[list]!;
  }

  listOf(slot: number): number {
    return this.#list[slot]!;
  }

  size(list = 0): number {
    return this.#sizes[list]!;
  }

  /** Keys in all lists. */
  get total(): number {
    let total = 0;
    for (let list = 0; list < this.#lists; list++) total += this.#sizes[list]!;
    return total;
  }

  #holds(slot: number, key: Int32Array): boolean {
    const at = slot * this.#words;
    for (let index = 0; index < this.#words; index++) if (this.#keys[at + index] !== key[index]) return false;
    return true;
  }

  #hash(key: Int32Array): number {
    let hash = this.#seed;
    for (let index = 0; index < this.#words; index++) {
      hash = Math.imul(hash ^ key[index]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #place(hash: number, slot: number): void {
    let bucket = hash & this.#mask;
    while (this.#buckets[bucket] !== NONE) bucket = (bucket + 1) & this.#mask;
    this.#buckets[bucket] = slot;
  }

  /** Closes the gap by moving those back that were pushed on (no tombstones). */
  #unplace(slot: number): void {
    const mask = this.#mask;
    let gap = this.#hashes[slot]! & mask;
    while (this.#buckets[gap] !== slot) gap = (gap + 1) & mask;
    for (let bucket = (gap + 1) & mask; this.#buckets[bucket] !== NONE; bucket = (bucket + 1) & mask) {
      const home = this.#hashes[this.#buckets[bucket]!]! & mask;
      if (((bucket - home) & mask) < ((bucket - gap) & mask)) continue;
      this.#buckets[gap] = this.#buckets[bucket]!;
      gap = bucket;
    }
    this.#buckets[gap] = NONE;
  }

  #link(slot: number, list: number): void {
    const newest = this.#newest[list]!;
    this.#list[slot] = list;
    this.#older[slot] = newest;
    this.#newer[slot] = NONE;
    if (newest === NONE) this.#oldest[list] = slot;
    else this.#newer[newest] = slot;
    this.#newest[list] = slot;
    this.#sizes[list]!++;
  }

  #unlink(slot: number): void {
    const list = this.#list[slot]!;
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older === NONE) this.#oldest[list] = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest[list] = older;
    else this.#older[newer] = older;
    this.#sizes[list]!--;
  }

  #grow(): void {
    const slots = this.#hashes.length * 2;
    this.#keys = larger(this.#keys, slots * this.#words);
    this.#hashes = larger(this.#hashes, slots);
    this.#older = larger(this.#older, slots);
    this.#newer = larger(this.#newer, slots);
    const list = new Uint8Array(slots);
    list.set(this.#list);
    this.#list = list;
    const before = this.#buckets;
    this.#buckets = new Int32Array(slots * 2).fill(NONE);
    this.#mask = slots * 2 - 1;
    for (const slot of before) if (slot !== NONE) this.#place(this.#hashes[slot]!, slot);
  }
}

function larger(array: Int32Array, length: number): Int32Array {
  const copy = new Int32Array(length);
  copy.set(array);
  return copy;
}
