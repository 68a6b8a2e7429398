import type { OtherFacts } from '../facts.ts';
import { berAt, INTEGER, OCTET_STRING, SEQUENCE } from './ber.ts';
import { messageOf, otherFacts } from './other-facts.ts';

const VERSION_3 = 3;
/** Of PDUs (RFC 3416, section 3): get, get-next, response, set, trap of v1, get-bulk, inform, trap, report. */
const FIRST_PDU = 0xa0;
const LAST_PDU = 0xa8;
const RESPONSE = 0xa2;
const REPORT = 0xa8;

/** A message of SNMP: v1 and v2c by version, community and kind of PDU, v3 (RFC 3412) by its version and header. */
export function parseSnmp(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  if (bytes[0] !== SEQUENCE) return undefined;
  const message = berAt(bytes, 0);
  const version = message === undefined ? undefined : berAt(bytes, message.from);
  if (version?.tag !== INTEGER || version.to !== version.from + 1) return undefined;
  const number = bytes[version.from];
  const next = berAt(bytes, version.to);
  if (next === undefined || next.to > message!.to) return undefined;
  if (number === VERSION_3 && next.tag === SEQUENCE) return otherFacts('snmp', messageOf(toServer));
  if ((number !== 0 && number !== 1) || next.tag !== OCTET_STRING) return undefined;
  const pdu = bytes[next.to];
  if (pdu === undefined || pdu < FIRST_PDU || pdu > LAST_PDU) return undefined;
  return otherFacts('snmp', pdu === RESPONSE || pdu === REPORT ? 'response' : 'request');
}
