import { parseAddress } from '../address.ts';
import type { Socket } from '../observation.ts';

const TCP = 6;
const UDP = 17;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const TCP_BYTES = 20;
const UDP_BYTES = 8;
const HOP_LIMIT = 64;
const WINDOW = 65_535;
/** What fits into a datagram beside headers; larger segments are of offload, and were several on the wire. */
export const MOST_PAYLOAD = 65_535 - IPV6_BYTES - TCP_BYTES;

export interface TcpFields {
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
}

export interface BuiltPacket {
  readonly bytes: Uint8Array;
  readonly originalLength: number;
}

/**
 * An IP packet with headers made anew around a payload: what a capture would show, had there been one. `wireBytes` is the
 * payload's length on the wire; `payload` may hold less, then the packet is cut there, as a snap length cuts it, and has no checksum
 * of its transport, which nobody could check. Undefined when the addresses are none, or of two families.
 */
export function buildPacket(
  from: Socket,
  to: Socket,
  transport: TcpFields | 'UDP',
  payload: Uint8Array,
  wireBytes = payload.length,
): BuiltPacket | undefined {
  const [source, target] = [addressBytes(from.ip), addressBytes(to.ip)];
  if (source === undefined || target?.length !== source.length) return undefined;
  const ipBytes = source.length === 4 ? IPV4_BYTES : IPV6_BYTES;
  const headerBytes = transport === 'UDP' ? UDP_BYTES : TCP_BYTES;
  const wire = Math.min(Math.max(wireBytes, payload.length), MOST_PAYLOAD);
  const shown = payload.subarray(0, wire);
  const segmentBytes = headerBytes + wire;
  const bytes = new Uint8Array(ipBytes + headerBytes + shown.length);
  const view = new DataView(bytes.buffer);
  const protocol = transport === 'UDP' ? UDP : TCP;
  if (ipBytes === IPV4_BYTES) writeIPv4(bytes, view, source, target, protocol, segmentBytes);
  else writeIPv6(bytes, view, source, target, protocol, segmentBytes);
  view.setUint16(ipBytes, from.port);
  view.setUint16(ipBytes + 2, to.port);
  if (transport === 'UDP') view.setUint16(ipBytes + 4, segmentBytes);
  else writeTcp(view, ipBytes, transport);
  bytes.set(shown, ipBytes + headerBytes);
  if (shown.length === wire) {
    const sum = addressSum(source) + addressSum(target) + protocol + segmentBytes + sumOf(bytes, ipBytes, bytes.length);
    const checksum = complement(sum);
    // For UDP 0 means that there is none (RFC 768).
    view.setUint16(ipBytes + (protocol === UDP ? 6 : 16), protocol === UDP && checksum === 0 ? 0xffff : checksum);
  }
  return { bytes, originalLength: ipBytes + segmentBytes };
}

function writeIPv4(
  bytes: Uint8Array,
  view: DataView,
  source: Uint8Array,
  target: Uint8Array,
  protocol: number,
  segmentBytes: number,
): void {
  bytes[0] = 0x45;
  view.setUint16(2, IPV4_BYTES + segmentBytes);
  // Do not fragment.
  bytes[6] = 0x40;
  bytes[8] = HOP_LIMIT;
  bytes[9] = protocol;
  bytes.set(source, 12);
  bytes.set(target, 16);
  view.setUint16(10, complement(sumOf(bytes, 0, IPV4_BYTES)));
}

function writeIPv6(
  bytes: Uint8Array,
  view: DataView,
  source: Uint8Array,
  target: Uint8Array,
  protocol: number,
  segmentBytes: number,
): void {
  bytes[0] = 0x60;
  view.setUint16(4, segmentBytes);
  bytes[6] = protocol;
  bytes[7] = HOP_LIMIT;
  bytes.set(source, 8);
  bytes.set(target, 24);
}

function writeTcp(view: DataView, at: number, { sequence, acknowledgement, flags }: TcpFields): void {
  view.setUint32(at + 4, sequence >>> 0);
  view.setUint32(at + 8, acknowledgement >>> 0);
  view.setUint8(at + 12, (TCP_BYTES / 4) << 4);
  view.setUint8(at + 13, flags);
  view.setUint16(at + 14, WINDOW);
}

/** Four bytes of an IPv4 address, sixteen of another. */
function addressBytes(ip: string): Uint8Array | undefined {
  const bytes = parseAddress(ip);
  if (bytes === undefined) return undefined;
  return ip.includes(':') ? bytes : bytes.subarray(12);
}

function addressSum(address: Uint8Array): number {
  return sumOf(address, 0, address.length);
}

/** The sum of RFC 1071: big-endian words, an odd byte at the end as the upper half of one. */
function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) sum += (bytes[at]! << 8) | (at + 1 < to ? bytes[at + 1]! : 0);
  return sum;
}

function complement(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
