import type { OtherFacts } from '../facts.ts';
import { otherFacts } from './other-facts.ts';
import { parseLines } from './parse-lines.ts';

const REQUEST = 0x80;
const RESPONSE = 0x81;
const HEADER_BYTES = 24;
const LAST_OPCODE = 0x48;
/** memcached refuses larger items unless told otherwise; keys have 250 bytes. */
const MOST_BODY_BYTES = 0x100000 + 1024;
const MOST_KEY_BYTES = 250;
/** Request id, number and count of datagrams, two bytes of zero. */
const DATAGRAM_HEADER_BYTES = 8;

/** memcached's binary protocol by its header. */
export function parseMemcached(bytes: Uint8Array): OtherFacts | undefined {
  const magic = bytes[0];
  if (bytes.length < HEADER_BYTES || (magic !== REQUEST && magic !== RESPONSE) || bytes[1]! > LAST_OPCODE)
    return undefined;
  const keyBytes = bytes[2]! * 256 + bytes[3]!;
  const bodyBytes = bytes[8]! * 2 ** 24 + bytes[9]! * 65_536 + bytes[10]! * 256 + bytes[11]!;
  if (keyBytes > MOST_KEY_BYTES || bytes[5] !== 0 || bodyBytes > MOST_BODY_BYTES) return undefined;
  if (keyBytes + bytes[4]! > bodyBytes) return undefined;
  return otherFacts('memcached', magic === REQUEST ? 'request' : 'response');
}

/** memcached's text in a datagram, behind a header of its own. */
export function parseMemcachedDatagram(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  if (bytes.length <= DATAGRAM_HEADER_BYTES || bytes[6] !== 0 || bytes[7] !== 0) return undefined;
  const [number, count] = [bytes[2]! * 256 + bytes[3]!, bytes[4]! * 256 + bytes[5]!];
  if (number !== 0 || count === 0) return undefined;
  const facts = parseLines(bytes.subarray(DATAGRAM_HEADER_BYTES), toServer);
  return facts?.name === 'memcached' ? facts : undefined;
}
