/** Numbers of record types (IANA, DNS Parameters) by which a look-up is judged. */
export const TYPE = {
  A: 1,
  CNAME: 5,
  NULL: 10,
  MX: 15,
  TXT: 16,
  KEY: 25,
  AAAA: 28,
  SRV: 33,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(TYPE).map(([name, number]) => [number, name] as const),
  [2, 'NS'],
  [6, 'SOA'],
  [12, 'PTR'],
  [35, 'NAPTR'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [48, 'DNSKEY'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [99, 'SPF'],
  [255, 'ANY'],
]);

/** RFC 6895: for private use, and reserved after it. */
const FIRST_PRIVATE = 65_280;

/** Nobody's programs ask for these but tunnels': NULL, KEY (which is no more, RFC 3445), and types for private use. */
export function isRareType(type: number): boolean {
  return type === TYPE.NULL || type === TYPE.KEY || type >= FIRST_PRIVATE;
}

/** Types whose answers hold what the server likes: text, bytes, or names of its own. */
export function isCarrierType(type: number): boolean {
  return isRareType(type) || type === TYPE.TXT || type === TYPE.CNAME || type === TYPE.MX || type === TYPE.SRV;
}

/** `TXT`; `TYPE65399` for one without a name here (RFC 3597). */
export function typeName(type: number): string {
  return NAMES.get(type) ?? `TYPE${type}`;
}
