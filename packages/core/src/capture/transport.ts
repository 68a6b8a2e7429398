/** The transport header of a packet, filled into a `Packet`. Ports, flags and sizes are as the live source counts them. */
import { type IpHeader, readIp, word } from './ip-header.ts';
import { ACK, ICMP, ICMPV6, type Packet, QuotedPacket, SCTP, SYN, TCP, UDP } from './packet.ts';

const quoted = new QuotedPacket();

/** ICMP types that quote the packet they are about (RFC 792, RFC 4443). */
const ERRORS = new Set([3, 4, 5, 11, 12]);
const LAST_V6_ERROR = 127;

/**
 * The windows that nmap (1024 to 4096), masscan (1024) and hping3 (512) write, with the segment size as only option or none
 * (Emerging Threats 2000537, 2009582 to 2009584). The sockets of operating systems offer more and have more options.
 */
const MAX_RAW_WINDOW = 4096;

/**
 * Reads the header at `at` of a transport payload of `length` bytes, of which those before `end` were captured. Returns
 * why it could not, or undefined.
 */
export function readTransport(
  packet: Packet,
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
  scratch: IpHeader,
): string | undefined {
  packet.packets = 1;
  packet.sourcePort = 0;
  packet.targetPort = 0;
  packet.payloadBytes = length;
  packet.flags = 0;
  packet.quoted = undefined;
  packet.clearPayload();
  switch (packet.protocol) {
    case TCP:
      return tcp(packet, bytes, at, end, length);
    case UDP:
      if (at + 4 > end) return 'cut off within the UDP header';
      ports(packet, bytes, at);
      packet.payloadBytes = Math.max(0, length - 8);
      packet.setPayload(bytes, at + 8, end);
      return undefined;
    case ICMP:
    case ICMPV6:
      if (at + 2 > end) return 'cut off within the ICMP header';
      packet.sourcePort = bytes[at]!;
      packet.targetPort = bytes[at + 1]!;
      packet.payloadBytes = Math.max(0, length - 8);
      readQuoted(packet, bytes, at, end, scratch);
      return undefined;
    case SCTP:
      if (at + 4 > end) return 'cut off within the SCTP header';
      ports(packet, bytes, at);
      return undefined;
  }
  return undefined;
}

function tcp(packet: Packet, bytes: Uint8Array, at: number, end: number, length: number): string | undefined {
  if (at + 14 > end || length < 14) return 'cut off within the TCP header';
  ports(packet, bytes, at);
  const headerLength = Math.max(20, (bytes[at + 12]! >>> 4) * 4);
  packet.sequence = word(bytes, at + 4);
  packet.acknowledgement = word(bytes, at + 8);
  packet.flags = bytes[at + 13]! & 63;
  packet.payloadBytes = Math.max(0, length - headerLength);
  packet.setPayload(bytes, at + headerLength, end);
  packet.segmentSize = 0;
  packet.isRawSyn = false;
  if ((packet.flags & SYN) !== 0) {
    packet.segmentSize = segmentSize(bytes, at + 20, Math.min(end, at + headerLength));
    packet.isRawSyn = (packet.flags & ACK) === 0 && at + headerLength <= end && isRaw(bytes, at, headerLength);
  }
  return undefined;
}

function isRaw(bytes: Uint8Array, at: number, headerLength: number): boolean {
  const window = (bytes[at + 14]! << 8) | bytes[at + 15]!;
  return window <= MAX_RAW_WINDOW && (headerLength === 20 || (headerLength === 24 && bytes[at + 20] === 2));
}

/** The maximum segment size option (RFC 9293), or 0. */
function segmentSize(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; ) {
    const kind = bytes[at]!;
    if (kind === 0) return 0;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2) return 0;
    if (kind === 2 && at + 4 <= end) return (bytes[at + 2]! << 8) | bytes[at + 3]!;
    at += length;
  }
  return 0;
}

function ports(packet: Packet, bytes: Uint8Array, at: number): void {
  packet.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  packet.targetPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function readQuoted(packet: Packet, bytes: Uint8Array, at: number, end: number, ip: IpHeader): void {
  const type = packet.sourcePort;
  const isError = packet.protocol === ICMP ? ERRORS.has(type) : type <= LAST_V6_ERROR;
  // The quoted header may claim any length: all of the packet is not there.
  if (!isError || readIp(bytes, at + 8, end, end, ip) !== undefined || ip.fragmentOffset > 0) return;
  quoted.source.set(ip.source);
  quoted.target.set(ip.target);
  quoted.protocol = ip.protocol;
  const start = ip.payload;
  const hasBoth = start + 4 <= end;
  quoted.sourcePort = hasBoth ? (bytes[start]! << 8) | bytes[start + 1]! : 0;
  quoted.targetPort = hasBoth ? (bytes[start + 2]! << 8) | bytes[start + 3]! : 0;
  packet.quoted = quoted;
}
