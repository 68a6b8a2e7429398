import { DNS_TYPES } from './record-types.ts';

/** Names of response codes (IANA, DNS RCODEs) by number. */
const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;

const BADVERS = 16;
const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(DNS_TYPES)
    .filter(([name]) => name !== 'IODINE_PRIVATE')
    .map(([name, number]) => [number, name]),
);

/** `A`, `TXT`, …; `other` for types that nobody reads, so that a sender cannot make up names without end. */
export function dnsTypeName(type: number): string {
  return TYPE_NAMES.get(type) ?? 'other';
}

/** `NOERROR`, `NXDOMAIN`, …; `other` for codes that are not assigned. */
export function dnsRcodeName(rcode: number): string {
  return RCODES[rcode] ?? (rcode === BADVERS ? 'BADVERS' : 'other');
}
