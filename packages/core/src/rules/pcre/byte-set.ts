/** Sets of bytes: 256 cells of 0 or 1, so that a test is one look-up. */
export type ByteSet = Uint8Array;

export function emptySet(): ByteSet {
  return new Uint8Array(256);
}

/** Bytes of `ranges`, given as pairs of first and last. */
export function setOf(...ranges: readonly number[]): ByteSet {
  const set = emptySet();
  for (let at = 0; at + 1 < ranges.length; at += 2) set.fill(1, ranges[at], ranges[at + 1]! + 1);
  return set;
}

export function invert(set: ByteSet): ByteSet {
  return set.map((cell) => 1 - cell);
}

/** Adds all of `other` to `set`. */
export function addAll(set: ByteSet, other: ByteSet): void {
  for (let byte = 0; byte < 256; byte++) if (other[byte] === 1) set[byte] = 1;
}

/** Adds the other case of every ASCII letter that is in it. */
export function foldCase(set: ByteSet): void {
  for (let byte = 65; byte <= 90; byte++) {
    if (set[byte] === 1) set[byte + 32] = 1;
    else if (set[byte + 32] === 1) set[byte] = 1;
  }
}

export const DIGITS = setOf(48, 57);
export const WORD = setOf(48, 57, 65, 90, 95, 95, 97, 122);
/** PCRE's `\s`: white space of C's locale, the vertical tab included. */
export const SPACE = setOf(9, 13, 32, 32);
export const HORIZONTAL = setOf(9, 9, 32, 32, 0xa0, 0xa0);
export const VERTICAL = setOf(10, 13, 0x85, 0x85);
export const ANY = setOf(0, 255);
export const NOT_NEWLINE = invert(setOf(10, 10));

/** `[:alpha:]` and its like, C locale. */
export const POSIX_CLASSES: Readonly<Record<string, ByteSet>> = {
  alpha: setOf(65, 90, 97, 122),
  lower: setOf(97, 122),
  upper: setOf(65, 90),
  alnum: setOf(48, 57, 65, 90, 97, 122),
  ascii: setOf(0, 127),
  blank: setOf(9, 9, 32, 32),
  cntrl: setOf(0, 31, 127, 127),
  digit: DIGITS,
  graph: setOf(33, 126),
  print: setOf(32, 126),
  punct: setOf(33, 47, 58, 64, 91, 96, 123, 126),
  space: SPACE,
  word: WORD,
  xdigit: setOf(48, 57, 65, 70, 97, 102),
};
