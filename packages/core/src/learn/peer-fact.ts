import { parseAddress } from '../address.ts';
import { type Endpoint, workloadKey } from '../endpoint.ts';
import { hash32 } from '../sketch/hash.ts';

/** Ports from here on are handed out, not chosen: all of them are one. Linux begins at 32768. */
const EPHEMERAL = 32_768;

/**
 * The fact "talks to this peer on this port". A peer inside is its workload, one outside its /24 or /48: addresses of one
 * service change within their network.
 */
export function peerFact(peer: Endpoint, port: number, protocol = 'TCP'): string {
  return `>${peerKey(peer)}|${port >= EPHEMERAL ? 'high' : port}|${protocol}`;
}

/** The workload of a peer inside; the network of one outside. */
export function peerKey(peer: Endpoint): string {
  return peer.kind === 'world' || peer.kind === 'private' ? network(peer.ip) : workloadKey(peer);
}

/** `192.0.2.0/24`, `2001:db8:1::/48`; the text itself when it is no address. */
export function network(ip: string): string {
  if (!ip.includes(':')) {
    const end = ip.lastIndexOf('.');
    return end < 0 ? ip : `${ip.slice(0, end)}.0/24`;
  }
  const bytes = parseAddress(ip);
  if (bytes === undefined) return ip;
  const group = (at: number): string => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
  return `${group(0)}:${group(2)}:${group(4)}::/48`;
}

/** The same for all addresses of a network, in RFC 5952 text; made without a text. */
export function networkHash(ip: string): number {
  return hash32(ip, prefixLength(ip));
}

/** Up to the last dot; of IPv6 up to the third group, or `::` before it. */
function prefixLength(ip: string): number {
  if (!ip.includes(':')) return Math.max(0, ip.lastIndexOf('.'));
  let colon = -1;
  for (let group = 0; group < 3; group++) {
    const next = ip.indexOf(':', colon + 1);
    if (next < 0) return ip.length;
    if (next === colon + 1) break;
    colon = next;
  }
  // `2001:db8::` and `2001:db8:0:1::` are of one network.
  while (ip.endsWith(':0', colon)) colon -= 2;
  return Math.max(0, colon);
}
