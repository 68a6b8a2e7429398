/** Packets within packets: what is counted is the innermost one, as the pods at its ends see it. */
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './link-layer.ts';

/** Tunnels in tunnels that are followed. */
export const MOST_LAYERS = 4;

const IP_IN_IP = 4;
const IPV6_IN_IP = 41;
const GRE = 47;
const ETHERTYPE_ETHERNET = 0x6558;
const ETHERTYPE_MPLS = 0x8847;
const VXLAN_PORTS = new Set([4789, 8472]);
const GENEVE_PORT = 6081;

/** What is inside, and where it begins: an IP header, an Ethernet header, or nothing that is read. */
export interface Inner {
  at: number;
  kind: 'ip' | 'ethernet';
}

/** For IP protocols that carry packets. False when it is none, or not to be understood: then it is counted as it is. */
export function findTunnel(protocol: number, bytes: Uint8Array, at: number, end: number, inner: Inner): boolean {
  switch (protocol) {
    case IP_IN_IP:
    case IPV6_IN_IP:
      inner.at = at;
      inner.kind = 'ip';
      return isIp(bytes, at, end);
    case GRE:
      return gre(bytes, at, end, inner);
  }
  return false;
}

/** For UDP: VXLAN (RFC 7348) and Geneve (RFC 8926), only when their headers are what they must be. */
export function findUdpTunnel(port: number, bytes: Uint8Array, at: number, end: number, inner: Inner): boolean {
  if (VXLAN_PORTS.has(port)) {
    if (at + 22 > end || bytes[at] !== 0x08 || bytes[at + 1] !== 0 || bytes[at + 7] !== 0) return false;
    inner.at = at + 8;
    inner.kind = 'ethernet';
    return true;
  }
  if (port !== GENEVE_PORT || at + 8 > end || bytes[at]! >>> 6 !== 0) return false;
  const type = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return follow(type, bytes, at + 8 + (bytes[at]! & 63) * 4, end, inner);
}

/** RFC 2784 and 2890: version 0 with optional checksum, key and sequence number. */
function gre(bytes: Uint8Array, at: number, end: number, inner: Inner): boolean {
  if (at + 4 > end) return false;
  const flags = (bytes[at]! << 8) | bytes[at + 1]!;
  // Version 1 is PPTP's; a routing present bit has not been in use since RFC 2784.
  if ((flags & 0x4007) !== 0) return false;
  let start = at + 4;
  for (const bit of [0x8000, 0x2000, 0x1000]) if ((flags & bit) !== 0) start += 4;
  return follow((bytes[at + 2]! << 8) | bytes[at + 3]!, bytes, start, end, inner);
}

function follow(type: number, bytes: Uint8Array, at: number, end: number, inner: Inner): boolean {
  inner.at = at;
  inner.kind = type === ETHERTYPE_ETHERNET ? 'ethernet' : 'ip';
  switch (type) {
    case ETHERTYPE_ETHERNET:
      return at + 14 <= end;
    case ETHERTYPE_IPV4:
    case ETHERTYPE_IPV6:
      return isIp(bytes, at, end);
    case ETHERTYPE_MPLS:
      while (at + 4 < end && (bytes[inner.at + 2]! & 1) === 0) {
        inner.at += 4;
        if (inner.at + 4 >= end) return false;
      }
      inner.at += 4;
      return isIp(bytes, inner.at, end);
  }
  return false;
}

/** Whether an IP header may begin here. */
export function isIp(bytes: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return false;
  const version = bytes[at]! >>> 4;
  return version === 4 ? at + 20 <= end : version === 6 && at + 40 <= end;
}
