/** Numbers of record types (IANA, Domain Name System Parameters) whose data is read. */
export const DNS_TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  ANY: 255,
  CAA: 257,
  /** Of the range for private use; iodine takes it where it can, after NULL. */
  IODINE_PRIVATE: 65_399,
} as const;
