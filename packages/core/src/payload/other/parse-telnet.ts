import type { OtherFacts } from '../facts.ts';
import { messageOf, otherFacts } from './other-facts.ts';

const IAC = 255;
const WILL = 251;
const DONT = 254;
/** Options are registered up to 49, and 138 to 140 (IANA, Telnet Options). */
const isOption = (code: number): boolean => code < 50 || (code >= 138 && code <= 140);

/** A direction of telnet that begins with a negotiation of options (RFC 854): IAC, WILL to DONT, an option. */
export function parseTelnet(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  if (bytes.length < 3 || bytes[0] !== IAC) return undefined;
  if (bytes[1]! < WILL || bytes[1]! > DONT || !isOption(bytes[2]!)) return undefined;
  return otherFacts('telnet', messageOf(toServer));
}
