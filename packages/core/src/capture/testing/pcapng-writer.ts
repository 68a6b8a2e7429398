/** For tests: pcapng files as bytes, block by block. */
import { concat } from './pcap-writer.ts';

/** A block of any type around a body, which is padded to four bytes. */
export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const padded = Math.ceil(body.length / 4) * 4;
  const bytes = new Uint8Array(12 + padded);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, bytes.length, little);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, little);
  return bytes;
}

export function sectionHeader(little = true): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, 0x1a2b3c4d, little);
  view.setUint16(4, 1, little);
  view.setUint32(8, 0xffffffff, little);
  view.setUint32(12, 0xffffffff, little);
  return block(0x0a0d0d0a, body, little);
}

export interface InterfaceOptions {
  readonly linkType?: number;
  readonly snapLength?: number;
  /** if_tsresol as in the file: 6 is microseconds, 9 nanoseconds, 0x80 + n is 2^-n. */
  readonly resolution?: number;
  readonly offsetSeconds?: number;
}

export function interfaceBlock(
  { linkType = 1, snapLength = 0, resolution, offsetSeconds }: InterfaceOptions = {},
  little = true,
): Uint8Array {
  const body = new Uint8Array(8);
  const view = new DataView(body.buffer);
  view.setUint16(0, linkType, little);
  view.setUint32(4, snapLength, little);
  const options: Uint8Array[] = [];
  if (resolution !== undefined) options.push(option(9, Uint8Array.of(resolution), little));
  if (offsetSeconds !== undefined) {
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigInt64(0, BigInt(offsetSeconds), little);
    options.push(option(14, value, little));
  }
  if (options.length > 0) options.push(option(0, new Uint8Array(0), little));
  return block(1, concat([body, ...options]), little);
}

function option(code: number, value: Uint8Array, little: boolean): Uint8Array {
  const bytes = new Uint8Array(4 + Math.ceil(value.length / 4) * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, little);
  view.setUint16(2, value.length, little);
  bytes.set(value, 4);
  return bytes;
}

export interface PacketBlock {
  readonly units: bigint;
  readonly bytes: Uint8Array;
  readonly interface?: number;
  readonly originalLength?: number;
}

export function enhancedPacket(packet: PacketBlock, little = true): Uint8Array {
  const body = packetBody(packet, little);
  new DataView(body.buffer).setUint32(0, packet.interface ?? 0, little);
  return block(6, body, little);
}

/** The packet block that came before the enhanced one. */
export function oldPacket(packet: PacketBlock, little = true): Uint8Array {
  const body = packetBody(packet, little);
  new DataView(body.buffer).setUint16(0, packet.interface ?? 0, little);
  return block(2, body, little);
}

export function simplePacket(bytes: Uint8Array, originalLength: number, little = true): Uint8Array {
  const body = new Uint8Array(4 + bytes.length);
  new DataView(body.buffer).setUint32(0, originalLength, little);
  body.set(bytes, 4);
  return block(3, body, little);
}

function packetBody({ units, bytes, originalLength = bytes.length }: PacketBlock, little: boolean): Uint8Array {
  const body = new Uint8Array(20 + bytes.length);
  const view = new DataView(body.buffer);
  view.setUint32(4, Number(units >> 32n), little);
  view.setUint32(8, Number(units & 0xffffffffn), little);
  view.setUint32(12, bytes.length, little);
  view.setUint32(16, originalLength, little);
  body.set(bytes, 20);
  return body;
}
