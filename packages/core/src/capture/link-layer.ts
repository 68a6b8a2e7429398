/** From the beginning of a frame to its network header (www.tcpdump.org/linktypes.html). */
import type { Undecoded } from './undecoded.ts';

export const ETHERNET = 1;

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_QINQ = 0x88a8;
const ETHERTYPE_QINQ_OLD = 0x9100;
const ETHERTYPE_MPLS = 0x8847;
const ETHERTYPE_MPLS_MULTICAST = 0x8848;
const ETHERTYPE_PPPOE = 0x8864;
/** No ethertype: the first half byte of what follows tells the version of IP. */
export const BY_VERSION = -1;

/** VLAN tags and MPLS labels that are read; a frame of nothing but tags ends there. */
const MOST_TAGS = 8;

const NAMES: Readonly<Record<number, string>> = {
  2054: 'ARP',
  32821: 'RARP',
  35020: 'LLDP',
  34825: 'LACP',
  35045: 'MACsec',
  34915: 'PPPoE discovery',
  34958: '802.1X',
  36864: 'loopback test',
};

/** Where the network header is: one object, reused. */
export interface NetworkStart {
  at: number;
  /** ETHERTYPE_IPV4, ETHERTYPE_IPV6 or BY_VERSION. */
  type: number;
}

/** Fills `found`; false when the frame holds no IP, and then says why to `undecoded`. */
export function findNetwork(
  linkType: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  found: NetworkStart,
  undecoded: Undecoded,
): boolean {
  switch (linkType) {
    case ETHERNET:
      return ethernet(bytes, start, end, found, undecoded);
    case 12: // raw IP, as BSD and Linux number it
    case 14:
    case 101:
    case 228:
    case 229:
      found.at = start;
      found.type = BY_VERSION;
      return true;
    case 113: // Linux cooked
      return afterType(bytes, start + 14, start + 16, end, found, undecoded);
    case 276: // Linux cooked v2
      return afterType(bytes, start, start + 20, end, found, undecoded);
    case 0: // BSD loopback: a family in the capturing machine's order, whose numbers differ between systems
    case 108:
      found.at = start + 4;
      found.type = BY_VERSION;
      return true;
  }
  undecoded.count(`link type ${linkType}`);
  return false;
}

export function ethernet(
  bytes: Uint8Array,
  start: number,
  end: number,
  found: NetworkStart,
  undecoded: Undecoded,
): boolean {
  return afterType(bytes, start + 12, start + 14, end, found, undecoded);
}

/** Follows tags and labels from an ethertype at `typeAt`, whose payload begins at `next`. */
function afterType(
  bytes: Uint8Array,
  typeAt: number,
  next: number,
  end: number,
  found: NetworkStart,
  undecoded: Undecoded,
): boolean {
  let at = next;
  if (at > end) return short(undecoded);
  let type = (bytes[typeAt]! << 8) | bytes[typeAt + 1]!;
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) {
      found.at = at;
      found.type = type;
      return true;
    }
    if (type === ETHERTYPE_VLAN || type === ETHERTYPE_QINQ || type === ETHERTYPE_QINQ_OLD) {
      if (at + 4 > end) return short(undecoded);
      type = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      at += 4;
    } else if (type === ETHERTYPE_MPLS || type === ETHERTYPE_MPLS_MULTICAST) {
      return afterLabels(bytes, at, end, found, undecoded);
    } else if (type === ETHERTYPE_PPPOE) {
      if (at + 8 > end) return short(undecoded);
      const protocol = (bytes[at + 6]! << 8) | bytes[at + 7]!;
      type = protocol === 0x21 ? ETHERTYPE_IPV4 : protocol === 0x57 ? ETHERTYPE_IPV6 : 0x8863;
      at += 8;
    } else {
      break;
    }
  }
  undecoded.count(type < 1536 ? '802.3 frame' : (NAMES[type] ?? `ethertype 0x${type.toString(16).padStart(4, '0')}`));
  return false;
}

function afterLabels(
  bytes: Uint8Array,
  start: number,
  end: number,
  found: NetworkStart,
  undecoded: Undecoded,
): boolean {
  let at = start;
  for (let labels = 0; labels < MOST_TAGS; labels++) {
    if (at + 4 >= end) return short(undecoded);
    const isBottom = (bytes[at + 2]! & 1) === 1;
    at += 4;
    if (!isBottom) continue;
    found.at = at;
    found.type = BY_VERSION;
    return true;
  }
  undecoded.count('MPLS labels without end');
  return false;
}

function short(undecoded: Undecoded): false {
  undecoded.count('cut off before the IP header');
  return false;
}
