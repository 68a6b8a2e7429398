/**
 * Ports that mean one protocol wherever they are (IANA, and what firewalls let through because of it). Others are anybody's:
 * a service of a cluster listens where it likes.
 */
const TCP: ReadonlyMap<number, readonly string[]> = new Map([
  [21, ['ftp']],
  [22, ['ssh']],
  [25, ['smtp']],
  [53, ['dns']],
  [80, ['http', 'http2']],
  [443, ['tls']],
  [465, ['tls', 'smtp']],
  [587, ['smtp']],
  [853, ['tls']],
  [993, ['tls']],
  [995, ['tls']],
]);
const UDP: ReadonlyMap<number, readonly string[]> = new Map([
  [53, ['dns']],
  [123, ['ntp']],
  [443, ['quic']],
  [853, ['quic']],
]);

/** Multicast DNS, LLMNR and NetBIOS have the form of DNS, each on its port. */
const LIKE_DNS = new Set([53, 137, 5353, 5355]);

/** What is spoken there; undefined for a port without a fixed meaning. */
export function expectedAt(transport: 'TCP' | 'UDP', port: number): readonly string[] | undefined {
  return (transport === 'TCP' ? TCP : UDP).get(port);
}

export function isPortOfDns(port: number): boolean {
  return LIKE_DNS.has(port);
}
