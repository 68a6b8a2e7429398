/** Values that clients put in so that servers do not break on new ones (RFC 8701): 0x0a0a, 0x1a1a, … 0xfafa. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >>> 8 === (value & 0xff);
}

/** `values` without them. */
export function withoutGrease(values: readonly number[]): number[] {
  return values.filter((value) => !isGrease(value));
}
