/**
 * 32-bit keys in ascending order, with an index by their upper bits: a look-up reads one line of the index and halves a
 * bucket of about sixteen. Plain arrays, so that they can be given to another thread.
 */
export interface SortedWords {
  readonly keys: Uint32Array;
  /** Bucket b holds the keys from position `index[b]` up to, without, `index[b + 1]`. */
  readonly index: Uint32Array;
  /** A key's bucket is what `shift` leaves of it; 32: there is one bucket. */
  readonly shift: number;
}

const KEYS_PER_BUCKET = 16;
const MOST_INDEX_BITS = 16;

/** `keys` must be sorted. */
export function indexWords(keys: Uint32Array): SortedWords {
  let bits = 0;
  while (bits < MOST_INDEX_BITS && keys.length >> bits > KEYS_PER_BUCKET) bits++;
  const shift = 32 - bits;
  const index = new Uint32Array((1 << bits) + 1);
  let at = 0;
  for (let bucket = 0; bucket < 1 << bits; bucket++) {
    index[bucket] = at;
    while (at < keys.length && bucketOf(keys[at]!, shift) === bucket) at++;
  }
  index[1 << bits] = keys.length;
  return { keys, index, shift };
}

/** Position of the first key that is equal; -1 where none is. Equal keys follow one another. */
export function findWord({ keys, index, shift }: SortedWords, key: number): number {
  const bucket = bucketOf(key, shift);
  let low = index[bucket]!;
  let high = index[bucket + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low < keys.length && keys[low] === key ? low : -1;
}

/** A shift by 32 is none in JavaScript. */
function bucketOf(key: number, shift: number): number {
  return shift === 32 ? 0 : key >>> shift;
}

/** The most that `sortPairs` can carry beside a key: with 32 bits of key it fits a double exactly. */
export const MOST_PAIRED = 2 ** 21;

/** Sorts keys with a number below MOST_PAIRED each, by key and then by that number; in place. */
export function sortPairs(keys: Uint32Array, values: Uint32Array): void {
  const pairs = new Float64Array(keys.length);
  for (let at = 0; at < keys.length; at++) pairs[at] = keys[at]! * MOST_PAIRED + values[at]!;
  pairs.sort();
  for (let at = 0; at < keys.length; at++) {
    const key = Math.floor(pairs[at]! / MOST_PAIRED);
    keys[at] = key;
    values[at] = pairs[at]! - key * MOST_PAIRED;
  }
}
