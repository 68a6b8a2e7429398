import { GrowingWords } from './growing-words.ts';
import { findWord, indexWords, type SortedWords, sortPairs } from './sorted-words.ts';

/** Exact strings of ASCII, found by a hash of them from their end to their beginning: so suffixes need one pass. */
export interface StringTable {
  readonly hashes: SortedWords;
  /** String n: bytes `ends[n - 1]` (0 for the first) up to `ends[n]`, in the order of the hashes. */
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array;
  /** Empty where all are 0. */
  readonly details: Uint32Array;
  readonly flags: Uint8Array;
}

/** Strings with one hash that are compared at most; of more, which somebody must have made on purpose, the rest is not found. */
const MOST_EQUAL = 64;
const HASH_START = 0x811c9dc5 | 0;

/** The hash after one more character in front. */
export function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** MurmurHash3's last step: spreads the low bits of what `hashStep` made. */
export function hashEnd(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

export const hashStart = HASH_START;

function hashOf(text: string): number {
  let hash = HASH_START;
  for (let at = text.length - 1; at >= 0; at--) hash = hashStep(hash, text.charCodeAt(at));
  return hashEnd(hash);
}

/** Position of `text` from `from` on, whose hash is known; -1 where it is not there. */
export function findHashed(table: StringTable, text: string, from: number, hash: number): number {
  let at = findWord(table.hashes, hash);
  if (at < 0) return -1;
  const { keys } = table.hashes;
  for (let most = at + MOST_EQUAL; at < keys.length && at < most && keys[at] === hash; at++) {
    if (isAt(table, at, text, from)) return at;
  }
  return -1;
}

/** Position of `text`; -1 where it is not there. */
export function findText(table: StringTable, text: string): number {
  return table.ends.length === 0 ? -1 : findHashed(table, text, 0, hashOf(text));
}

/** The string at a position. */
export function textAt({ ends, bytes }: StringTable, position: number): string {
  const begin = position === 0 ? 0 : ends[position - 1]!;
  return String.fromCharCode(...bytes.subarray(begin, ends[position]));
}

function isAt({ ends, bytes }: StringTable, position: number, text: string, from: number): boolean {
  const begin = position === 0 ? 0 : ends[position - 1]!;
  if (ends[position]! - begin !== text.length - from) return false;
  for (let at = begin, other = from; other < text.length; at++, other++) {
    if (bytes[at] !== text.charCodeAt(other)) return false;
  }
  return true;
}

/** Collects strings and builds their table. */
export class StringTableBuilder {
  readonly #positions = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #details = new GrowingWords();
  readonly #flags: number[] = [];
  #bytes = 0;

  /** False: it is there already; its flags are joined, its first details stay. The caller keeps the number below MOST_PAIRED. */
  add(text: string, detail: number, flags: number): boolean {
    const known = this.#positions.get(text);
    if (known !== undefined) {
      this.#flags[known]! |= flags;
      return false;
    }
    this.#positions.set(text, this.#texts.length);
    this.#texts.push(text);
    this.#details.push(detail);
    this.#flags.push(flags);
    this.#bytes += text.length;
    return true;
  }

  build(): StringTable {
    const count = this.#texts.length;
    const keys = Uint32Array.from(this.#texts, hashOf);
    const order = Uint32Array.from({ length: count }, (_, at) => at);
    sortPairs(keys, order);
    const ends = new Uint32Array(count);
    const bytes = new Uint8Array(this.#bytes);
    const details = new Uint32Array(this.#details.words.some((detail) => detail !== 0) ? count : 0);
    const flags = new Uint8Array(count);
    let end = 0;
    for (let at = 0; at < count; at++) {
      const from = order[at]!;
      const text = this.#texts[from]!;
      for (let letter = 0; letter < text.length; letter++) bytes[end++] = text.charCodeAt(letter);
      ends[at] = end;
      flags[at] = this.#flags[from]!;
      if (details.length > 0) details[at] = this.#details.words[from]!;
    }
    return { hashes: indexWords(keys), ends, bytes, details, flags };
  }
}
