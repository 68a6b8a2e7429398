import type { UnknownFacts } from './facts.ts';

/** What there is to say of a beginning that no parser knows. One pass over it. */
export function unknownFacts(bytes: Uint8Array, toServer: boolean | undefined): UnknownFacts {
  const counts = new Uint32Array(256);
  let printable = 0;
  for (const byte of bytes) {
    counts[byte]!++;
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) printable++;
  }
  return {
    protocol: 'unknown',
    message: toServer === false ? 'response' : 'request',
    printable: bytes.length === 0 ? 0 : printable / bytes.length,
    entropy: entropy(counts, bytes.length),
    bytes,
  };
}

/**
 * Shannon entropy in bits a byte, from how often each byte occurs. A short sample cannot have more than log2 of its length: 16
 * random bytes have at most 4 bits each.
 */
function entropy(counts: Uint32Array, total: number): number {
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits;
}
