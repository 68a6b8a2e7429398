/** Tag and contents of a value in BER (X.690): contents from `from` to `to`, which may be beyond the sample. */
export interface BerValue {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

export const SEQUENCE = 0x30;
export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;

/** The value at `at` with a definite length of at most 4 bytes; undefined for others, and where the sample ends within that. */
export function berAt(bytes: Uint8Array, at: number): BerValue | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, from: at + 2, to: at + 2 + first };
  const size = first & 0x7f;
  if (size === 0 || size > 4 || at + 2 + size > bytes.length) return undefined;
  let length = 0;
  for (let index = 0; index < size; index++) length = length * 256 + bytes[at + 2 + index]!;
  return { tag, from: at + 2 + size, to: at + 2 + size + length };
}
