import type { OtherFacts } from '../facts.ts';
import { berAt, INTEGER, SEQUENCE } from './ber.ts';
import { otherFacts } from './other-facts.ts';

/** Tags of operations (RFC 4511, section 4.2 on): bind, unbind, search, modify, add, delete, rename, compare, abandon, extended. */
const REQUESTS: ReadonlySet<number> = new Set([0x60, 0x42, 0x63, 0x66, 0x68, 0x4a, 0x6c, 0x6e, 0x50, 0x77]);
const RESPONSES: ReadonlySet<number> = new Set([0x61, 0x64, 0x65, 0x73, 0x67, 0x69, 0x6b, 0x6d, 0x6f, 0x78, 0x79]);

/** The first message of a direction of LDAP, or a datagram of CLDAP: a sequence of a number and an operation. */
export function parseLdap(bytes: Uint8Array): OtherFacts | undefined {
  if (bytes[0] !== SEQUENCE) return undefined;
  const message = berAt(bytes, 0);
  const id = message === undefined ? undefined : berAt(bytes, message.from);
  if (message === undefined || id?.tag !== INTEGER || id.to - id.from > 4 || id.to === id.from) return undefined;
  const operation = berAt(bytes, id.to);
  if (operation === undefined || operation.to > message.to) return undefined;
  if (REQUESTS.has(operation.tag)) return otherFacts('ldap', 'request');
  return RESPONSES.has(operation.tag) ? otherFacts('ldap', 'response') : undefined;
}
