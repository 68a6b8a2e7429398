import type { UnknownFacts } from './facts.ts';

/** What there is to say of a beginning that no parser knows. One pass over it. */
export function unknownFacts(bytes: Uint8Array, toServer: boolean | undefined): UnknownFacts {
  const counts = new Uint32Array(256);
  let printable = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
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
  for (let byte = 0; byte < 256; byte++) {
    const share = counts[byte]! / total;
    if (share > 0) bits -= share * Math.log2(share);
  }
  return bits;
}
