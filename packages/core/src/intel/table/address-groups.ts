import type { AddressItem } from '../intel.ts';
import { GrowingWords } from './growing-words.ts';
import { findWord, indexWords, type SortedWords, sortPairs } from './sorted-words.ts';

/** Ranges of one prefix length. An address can be there several times, with ports that differ. */
export interface Group4 {
  readonly prefix: number;
  readonly mask: number;
  readonly words: SortedWords;
  /** Empty where all are 0. */
  readonly details: Uint32Array;
}

/** The same of IPv6: four words an entry, in ascending order. */
export interface Group6 {
  readonly prefix: number;
  readonly keys: Uint32Array;
  readonly details: Uint32Array;
}

type Words = AddressItem['words'];

/** Collects the addresses of a list by their prefix length. */
export class AddressGroupsBuilder {
  readonly #byPrefix4 = new Map<number, { keys: GrowingWords; details: GrowingWords }>();
  readonly #byPrefix6 = new Map<number, { words: Words; detail: number }[]>();

  add({ family, words, prefix }: AddressItem, detail: number): void {
    if (family === 6) {
      const group = this.#byPrefix6.get(prefix) ?? [];
      this.#byPrefix6.set(prefix, group);
      group.push({ words, detail });
      return;
    }
    const group = this.#byPrefix4.get(prefix) ?? { keys: new GrowingWords(), details: new GrowingWords() };
    this.#byPrefix4.set(prefix, group);
    group.keys.push(words[3]);
    group.details.push(detail);
  }

  /** Groups with the longest prefixes first, without the `duplicates`. */
  build(): { v4: Group4[]; v6: Group6[]; duplicates: number } {
    let duplicates = 0;
    const v4: Group4[] = [];
    for (const prefix of [...this.#byPrefix4.keys()].sort((a, b) => b - a)) {
      const { keys, details } = this.#byPrefix4.get(prefix)!;
      const before = keys.length;
      const kept = sortedOnce(keys.words, details.words);
      duplicates += before - kept.keys.length;
      const mask = prefix === 0 ? 0 : -1 << (32 - prefix);
      v4.push({ prefix, mask, words: indexWords(kept.keys), details: orNone(kept.details) });
    }
    const v6: Group6[] = [];
    for (const prefix of [...this.#byPrefix6.keys()].sort((a, b) => b - a)) {
      const entries = this.#byPrefix6.get(prefix)!;
      const kept = entries
        .sort((a, b) => compare6(a.words, b.words) || a.detail - b.detail)
        .filter(({ words, detail }, at, all) => {
          const last = all[at - 1];
          return last === undefined || last.detail !== detail || compare6(last.words, words) !== 0;
        });
      duplicates += entries.length - kept.length;
      const keys = Uint32Array.from(kept.flatMap(({ words }) => words));
      v6.push({ prefix, keys, details: orNone(Uint32Array.from(kept, ({ detail }) => detail)) });
    }
    return { v4, v6, duplicates };
  }
}

/** Position of the first entry of the group that holds the address; -1 where none does. Further ones follow it. */
export function find4({ mask, words }: Group4, word: number): number {
  return findWord(words, (word & mask) >>> 0);
}

/** The same of IPv6. */
export function find6({ prefix, keys }: Group6, words: readonly number[]): number {
  let low = 0;
  let high = keys.length / 4;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(keys, middle, words, prefix) < 0) low = middle + 1;
    else high = middle;
  }
  return low < keys.length / 4 && compareAt(keys, low, words, prefix) === 0 ? low : -1;
}

/** Negative, zero or positive as the entry is below, equal to or above the masked address. */
export function compareAt(keys: Uint32Array, position: number, words: readonly number[], prefix: number): number {
  for (let at = 0, left = prefix; at < 4 && left > 0; at++, left -= 32) {
    const word = left >= 32 ? words[at]! : (words[at]! & (-1 << (32 - left))) >>> 0;
    const difference = keys[position * 4 + at]! - word;
    if (difference !== 0) return difference;
  }
  return 0;
}

function sortedOnce(keys: Uint32Array, details: Uint32Array): { keys: Uint32Array; details: Uint32Array } {
  sortPairs(keys, details);
  let kept = 0;
  for (let at = 0; at < keys.length; at++) {
    if (kept > 0 && keys[kept - 1] === keys[at] && details[kept - 1] === details[at]) continue;
    keys[kept] = keys[at]!;
    details[kept] = details[at]!;
    kept++;
  }
  return { keys: keys.slice(0, kept), details: details.slice(0, kept) };
}

function orNone(details: Uint32Array): Uint32Array {
  return details.some((detail) => detail !== 0) ? details : new Uint32Array(0);
}

function compare6(a: Words, b: Words): number {
  for (let at = 0; at < 4; at++) {
    const difference = a[at]! - b[at]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
