import type { OtherFacts } from '../facts.ts';
import { startsWith } from '../starts-with.ts';
import { otherFacts } from './other-facts.ts';

const TPKT_VERSION = 3;
const CONNECTION_REQUEST = 0xe0;
const CONNECTION_CONFIRM = 0xd0;
/** TPKT header, then X.224's length, type, two references and class. */
const HEADER_BYTES = 11;
const NEGOTIATION_BYTES = 8;

/**
 * The first message of either end of RDP (MS-RDPBCGR, sections 2.2.1.1 and 2.2.1.2): X.224 connection request or confirm in a
 * TPKT, with a cookie or a negotiation behind it or nothing. Others that connect over X.224 (S7, MMS) send parameters there.
 */
export function parseRdp(bytes: Uint8Array): OtherFacts | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== TPKT_VERSION || bytes[1] !== 0) return undefined;
  const length = bytes[2]! * 256 + bytes[3]!;
  const type = bytes[5]!;
  if (length < HEADER_BYTES || bytes[4] !== length - 5 || bytes[6] !== 0 || bytes[7] !== 0) return undefined;
  if (type !== CONNECTION_REQUEST && type !== CONNECTION_CONFIRM) return undefined;
  const isNegotiation =
    length === HEADER_BYTES + NEGOTIATION_BYTES && bytes[HEADER_BYTES]! >= 1 && bytes[HEADER_BYTES]! <= 3;
  if (type === CONNECTION_CONFIRM)
    return isNegotiation || length === HEADER_BYTES ? otherFacts('rdp', 'response') : undefined;
  const isRdp = isNegotiation || length === HEADER_BYTES || startsWith(bytes, 'Cookie: ', HEADER_BYTES);
  return isRdp ? otherFacts('rdp', 'request') : undefined;
}
