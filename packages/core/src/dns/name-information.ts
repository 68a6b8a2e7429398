import { NAME_COSTS, NAME_SYMBOLS, STEPS_PER_BIT } from './name-costs.gen.ts';

/**
 * How surprising a label is to somebody who knows how people name things: a Markov chain of first order over letters, digits
 * and the hyphen. What people choose has about 3 bits a character, base32 and hexadecimal 6 to 7, as their steps are rare.
 */
const SYMBOLS = NAME_SYMBOLS.length;
const EDGE = 0;
/** No host name has it: a byte of binary coding, or `_`. */
const OTHER = SYMBOLS;
const OTHER_STEPS = 8 * STEPS_PER_BIT;

const columnOf = new Uint8Array(128).fill(OTHER);
for (let column = 1; column < SYMBOLS; column++) columnOf[NAME_SYMBOLS.charCodeAt(column)] = column;

const steps = new Uint8Array((SYMBOLS + 1) * (SYMBOLS + 1)).fill(OTHER_STEPS);
for (const [row, costs] of NAME_COSTS.entries()) {
  for (let column = 0; column < SYMBOLS; column++) {
    steps[row * (SYMBOLS + 1) + column] = Number.parseInt(costs.charAt(column), 36);
  }
}

const BACKSLASH = 0x5c;
/** `\ddd`. */
const ESCAPE_LENGTH = 4;

/** Bits of the label, its end included. Lower case; `\ddd` is one byte (facts.ts, `DnsQuestion.name`). */
export function labelBits(label: string): number {
  let sum = 0;
  let row = EDGE;
  for (let at = 0; at < label.length; at++) {
    const code = label.charCodeAt(at);
    const column = code < 128 ? columnOf[code]! : OTHER;
    sum += steps[row * (SYMBOLS + 1) + column]!;
    row = column;
    if (code === BACKSLASH) at += ESCAPE_LENGTH - 1;
  }
  return (sum + steps[row * (SYMBOLS + 1) + EDGE]!) / STEPS_PER_BIT;
}

/** Bits a character, the end of the label counting as one. */
export function bitsPerCharacter(label: string): number {
  return labelBits(label) / (labelBytes(label) + 1);
}

/** Bytes of a label, or of a name without its length bytes and with its dots, on the wire. */
export function labelBytes(label: string): number {
  let bytes = label.length;
  for (let at = label.indexOf('\\'); at >= 0; at = label.indexOf('\\', at + ESCAPE_LENGTH)) bytes -= ESCAPE_LENGTH - 1;
  return bytes;
}
