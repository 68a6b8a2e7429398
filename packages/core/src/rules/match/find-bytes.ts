/** Lower-case ASCII, byte by byte. */
export const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/** Where `pattern` (lower-case when `noCase`) first occurs wholly inside `bytes[from, to)`, or -1. */
export function findBytes(bytes: Uint8Array, pattern: Uint8Array, noCase: boolean, from: number, to: number): number {
  const last = to - pattern.length;
  if (noCase) {
    for (let at = from; at <= last; at++) if (isFoldedAt(bytes, pattern, at)) return at;
    return -1;
  }
  const first = pattern[0]!;
  for (let at = from; at <= last; at++) {
    if (bytes[at] === first && isAt(bytes, pattern, at)) return at;
  }
  return -1;
}

/** Whether `pattern` stands at `at`. */
export function isAt(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let index = 0; index < pattern.length; index++) if (bytes[at + index] !== pattern[index]) return false;
  return true;
}

/** The same for a lower-case pattern, whatever the case of the bytes. */
export function isFoldedAt(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let index = 0; index < pattern.length; index++) if (LOWER[bytes[at + index]!] !== pattern[index]) return false;
  return true;
}
