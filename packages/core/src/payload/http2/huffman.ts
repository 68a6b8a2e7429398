import { CODE_BITS } from './huffman-lengths.ts';

const END = 256;
const LONGEST = 30;

/**
 * The code of HPACK is canonical: by length, then by symbol, each code is the one before it plus one. So the lengths say all:
 * for each length the first code of it, how many there are, and where their symbols begin in `SYMBOLS`.
 */
const SYMBOLS: readonly number[] = CODE_BITS.map((_, symbol) => symbol).sort(
  (a, b) => CODE_BITS[a]! - CODE_BITS[b]! || a - b,
);
const COUNTS: readonly number[] = Array.from(
  { length: LONGEST + 1 },
  (_, bits) => CODE_BITS.filter((other) => other === bits).length,
);
const FIRST_CODES: number[] = [0];
const FIRST_SYMBOLS: number[] = [0];
for (let bits = 1; bits <= LONGEST; bits++) {
  FIRST_CODES.push((FIRST_CODES[bits - 1]! + COUNTS[bits - 1]!) * 2);
  FIRST_SYMBOLS.push(FIRST_SYMBOLS[bits - 1]! + COUNTS[bits - 1]!);
}

/** Text of a string literal in Huffman code (RFC 7541, section 5.2); undefined when it is none. At most 8/5 of its bytes long. */
export function huffmanText(bytes: Uint8Array, from: number, to: number): string | undefined {
  let text = '';
  let code = 0;
  let bits = 0;
  for (let at = from; at < to; at++) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((bytes[at]! >>> bit) & 1);
      if (++bits > LONGEST) return undefined;
      const index = code - FIRST_CODES[bits]!;
      if (index < 0 || index >= COUNTS[bits]!) continue;
      const symbol = SYMBOLS[FIRST_SYMBOLS[bits]! + index]!;
      if (symbol === END) return undefined;
      text += String.fromCharCode(symbol);
      code = 0;
      bits = 0;
    }
  }
  // What is left is the beginning of the end's code, all ones, and shorter than a byte.
  return bits < 8 && code === 2 ** bits - 1 ? text : undefined;
}
