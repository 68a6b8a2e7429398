/** Numbers of record types (IANA, Domain Name System Parameters). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  PTR: 12,
  MX: 15,
  TXT: 16,
  KEY: 25,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  ANY: 255,
  CAA: 257,
} as const;

/** Of the range for private use; iodine takes it where it can, after NULL. */
export const IODINE_PRIVATE = 65_399;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, number]) => [number, name]));

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

/** `TXT`; `TYPE65399` for one without a name here (RFC 3597), as evidence has it. */
export function typeName(type: number): string {
  return NAMES.get(type) ?? `TYPE${type}`;
}

/** `TXT`; `other` for one without a name here, as metrics have it: a sender cannot make up names without end. */
export function boundedTypeName(type: number): string {
  return NAMES.get(type) ?? 'other';
}
