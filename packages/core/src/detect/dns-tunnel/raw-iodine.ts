import type { ApplicationObservation } from '../../observation.ts';

const DNS_PORT = 53;
/** What each datagram begins with once iodine's ends have found that they reach each other without a resolver (iodine, src/common.h). */
const HEADER = [0x10, 0xd1, 0x9e] as const;

/** Whether the datagram is iodine's raw mode: on the port of DNS, but no DNS. */
export function isRawIodine({ facts, transport, remote }: ApplicationObservation): boolean {
  if (facts.protocol !== 'unknown' || transport !== 'UDP' || remote.port !== DNS_PORT) return false;
  return HEADER.every((byte, at) => facts.bytes[at] === byte);
}
