import type { ByteOperand, NumberReading } from './nodes.ts';

/** A number that was read, and where it ended; reused for every reading. */
export interface ReadNumber {
  value: number;
  end: number;
}

/** The value of an operand. */
export function operand({ value, slot }: ByteOperand, values: Float64Array): number {
  return slot < 0 ? value : values[slot]!;
}

/** Reads a number as the keyword says; false where it lies outside the buffer or is no number. */
export function readNumber(
  reading: NumberReading,
  buffer: Uint8Array,
  position: number,
  values: Float64Array,
  into: ReadNumber,
): boolean {
  const start = operand(reading.offset, values) + (reading.relative ? position : 0);
  const count = operand(reading.bytes, values);
  // No count with digits: as many as there are.
  const isOpen = count === 0 && reading.base !== 'binary';
  if (start < 0 || start + Math.max(count, 1) > buffer.length || (count < 1 && !isOpen)) return false;
  const ok =
    reading.base === 'binary'
      ? readBinary(buffer, start, count, reading.little, into)
      : readDigits(buffer, start, isOpen ? buffer.length - start : count, reading.base, into);
  if (ok && reading.bitmask !== undefined) into.value = masked(into.value, reading.bitmask);
  return ok;
}

/** Up to six bytes, so that the value is exact. */
function readBinary(buffer: Uint8Array, start: number, count: number, little: boolean, into: ReadNumber): boolean {
  if (count > 6) return false;
  let value = 0;
  for (let index = 0; index < count; index++) {
    value = value * 256 + buffer[start + (little ? count - 1 - index : index)]!;
  }
  into.value = value;
  into.end = start + count;
  return true;
}

/** Digits, white space before them passed over, up to the first byte that is none (as `strtoul` reads). */
function readDigits(buffer: Uint8Array, start: number, count: number, base: number, into: ReadNumber): boolean {
  const end = start + Math.min(count, 23);
  let at = start;
  while (at < end && (buffer[at] === 32 || (buffer[at]! >= 9 && buffer[at]! <= 13))) at++;
  if (base === 16 && buffer[at] === 48 && (buffer[at + 1]! | 32) === 120 && at + 2 < end) at += 2;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = digitOf(buffer[at]!);
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  into.value = value;
  into.end = at;
  return at > first && value <= Number.MAX_SAFE_INTEGER;
}

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** Masked, and shifted down by the zero bits the mask ends with. */
function masked(value: number, mask: number): number {
  const bits = BigInt(value) & BigInt(mask);
  return Number(bits >> BigInt(trailingZeros(mask)));
}

function trailingZeros(mask: number): number {
  let zeros = 0;
  for (let rest = mask; rest > 0 && rest % 2 === 0; rest /= 2) zeros++;
  return zeros;
}

/** `a & b` of whole numbers up to 2^53. */
export function bitAnd(a: number, b: number): number {
  return a <= 0x7fffffff && b <= 0x7fffffff ? a & b : Number(BigInt(a) & BigInt(b));
}
