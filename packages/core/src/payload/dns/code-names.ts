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

/** `NOERROR`, `NXDOMAIN`, …; `other` for codes that are not assigned. */
export function dnsRcodeName(rcode: number): string {
  return RCODES[rcode] ?? (rcode === BADVERS ? 'BADVERS' : 'other');
}
