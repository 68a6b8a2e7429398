import type { OtherFacts } from '../facts.ts';
import { otherFacts } from './other-facts.ts';

const HEADER_BYTES = 12;
/** A name of 16 bytes as letters A to P, half a byte each (RFC 1001, section 14.1). */
const ENCODED_BYTES = 32;
const FIRST_LETTER = 0x41;
const LAST_LETTER = 0x50;
/** NB and NBSTAT (RFC 1002, section 4.2.1.3); DNS has other types by the second number. */
const TYPES: ReadonlySet<number> = new Set([0x20, 0x21]);

/** A message of NetBIOS' name service, whose form is that of DNS: its first name and type tell it. */
export function parseNetbios(bytes: Uint8Array): OtherFacts | undefined {
  if (bytes[HEADER_BYTES] !== ENCODED_BYTES) return undefined;
  const from = HEADER_BYTES + 1;
  let at = from;
  while (at < from + ENCODED_BYTES && bytes[at]! >= FIRST_LETTER && bytes[at]! <= LAST_LETTER) at++;
  if (at < from + ENCODED_BYTES) return undefined;
  // A scope may follow, up to the root.
  while (bytes[at]! > 0 && bytes[at]! < 64) at += 1 + bytes[at]!;
  if (bytes[at] !== 0 || bytes[at + 1] !== 0 || !TYPES.has(bytes[at + 2]!)) return undefined;
  return otherFacts('netbios', bytes[2]! >= 0x80 ? 'response' : 'request');
}
