import type { AddressWords } from './packet.ts';

/** An IP header as far as it is needed: one object, reused. */
export class IpHeader {
  readonly source: AddressWords = new Int32Array(4);
  readonly target: AddressWords = new Int32Array(4);
  protocol = 0;
  hops = 0;
  /** Index of what follows the header and its extensions. */
  payload = 0;
  /** Bytes that follow by the header's length, whatever part of them was captured. */
  payloadLength = 0;
  /** Fragments: offset in bytes, whether more follow, and the datagram's identification. */
  isFragment = false;
  fragmentOffset = 0;
  moreFragments = false;
  identification = 0;
}

/** Extension headers that are followed; a flood made of them (RFC 7112 wants few) costs no more than so many steps. */
const MOST_EXTENSIONS = 64;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;

/**
 * Reads the header at `at`. `end` is where the captured bytes end, `wireEnd` where the frame did on the wire. Returns why it
 * could not be read, or undefined.
 */
export function readIp(bytes: Uint8Array, at: number, end: number, wireEnd: number, ip: IpHeader): string | undefined {
  if (at >= end) return 'cut off before the IP header';
  const version = bytes[at]! >>> 4;
  if (version === 4) return readIpv4(bytes, at, end, wireEnd, ip);
  if (version === 6) return readIpv6(bytes, at, end, wireEnd, ip);
  return `IP version ${version}`;
}

function readIpv4(bytes: Uint8Array, at: number, end: number, wireEnd: number, ip: IpHeader): string | undefined {
  if (at + 20 > end) return 'cut off within the IP header';
  const headerLength = (bytes[at]! & 15) * 4;
  if (headerLength < 20) return 'IP header too short';
  let totalLength = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  // Segmentation offload: captured before the hardware set the length.
  if (totalLength === 0) totalLength = wireEnd - at;
  if (totalLength < headerLength) return 'IP length shorter than its header';
  const fragment = (bytes[at + 6]! << 8) | bytes[at + 7]!;
  ip.protocol = bytes[at + 9]!;
  ip.hops = bytes[at + 8]!;
  mapped(ip.source, bytes, at + 12);
  mapped(ip.target, bytes, at + 16);
  ip.payload = at + headerLength;
  ip.payloadLength = totalLength - headerLength;
  ip.fragmentOffset = (fragment & 0x1fff) * 8;
  ip.moreFragments = (fragment & 0x2000) !== 0;
  ip.isFragment = ip.moreFragments || ip.fragmentOffset > 0;
  ip.identification = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  return undefined;
}

function readIpv6(bytes: Uint8Array, at: number, end: number, wireEnd: number, ip: IpHeader): string | undefined {
  if (at + 40 > end) return 'cut off within the IP header';
  const claimed = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  // 0: a jumbogram, or offload as above.
  const ipEnd = claimed === 0 ? wireEnd : at + 40 + claimed;
  ip.hops = bytes[at + 7]!;
  words(ip.source, bytes, at + 8);
  words(ip.target, bytes, at + 24);
  ip.isFragment = false;
  ip.fragmentOffset = 0;
  ip.moreFragments = false;
  let next = bytes[at + 6]!;
  let payload = at + 40;
  for (let step = 0; isExtension(next); step++) {
    if (step === MOST_EXTENSIONS) break;
    if (payload + 8 > end) {
      // A later fragment may be shorter than a header that is not in it.
      if (ip.isFragment && ip.fragmentOffset > 0) break;
      return 'cut off within extension headers';
    }
    const header = next;
    next = bytes[payload]!;
    if (header === FRAGMENT) {
      const offset = (bytes[payload + 2]! << 8) | bytes[payload + 3]!;
      ip.fragmentOffset = offset & 0xfff8;
      ip.moreFragments = (offset & 1) === 1;
      ip.isFragment = ip.moreFragments || ip.fragmentOffset > 0;
      ip.identification = word(bytes, payload + 4);
      payload += 8;
      if (ip.fragmentOffset > 0) break;
    } else {
      const units = bytes[payload + 1]!;
      payload += header === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
    }
  }
  if (payload > ipEnd) return 'IP length shorter than its header';
  ip.protocol = next;
  ip.payload = payload;
  ip.payloadLength = ipEnd - payload;
  return undefined;
}

function isExtension(next: number): boolean {
  return (
    next === HOP_BY_HOP ||
    next === ROUTING ||
    next === FRAGMENT ||
    next === AUTHENTICATION ||
    next === DESTINATION_OPTIONS ||
    next === MOBILITY
  );
}

export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function mapped(to: AddressWords, bytes: Uint8Array, at: number): void {
  to[0] = 0;
  to[1] = 0;
  to[2] = 0xffff;
  to[3] = word(bytes, at);
}

function words(to: AddressWords, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < 4; index++) to[index] = word(bytes, at + index * 4);
}
