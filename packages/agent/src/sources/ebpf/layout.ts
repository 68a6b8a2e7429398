/** Reading kernel records: little-endian, u64 as a number (exact to 2^53: 104 days of nanoseconds, 9 PB of bytes). */
import { formatAddress } from '@netguard/core';

export function u64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 4294967296;
}

export function u32(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}

export function u16(view: DataView, offset: number): number {
  return view.getUint16(offset, true);
}

/** The text of a `struct ng_addr`; the folded wildcard of a listener reads `0.0.0.0`. */
export function address(bytes: Uint8Array, offset: number): string {
  const text = formatAddress(bytes, offset);
  return text === '::' ? '0.0.0.0' : text;
}

/** Whether the `struct ng_addr` at `offset` holds an IPv4 address (::ffff:0:0/96). */
export function isIpv4(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false;
  return bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff;
}

const mapped = new Uint8Array(16).fill(0xff, 10, 12);

/** The text of an IPv4 address in four bytes, network order. */
export function ipv4Address(bytes: Uint8Array, offset: number): string {
  for (let i = 0; i < 4; i++) mapped[12 + i] = bytes[offset + i] as number;
  return formatAddress(mapped, 0);
}

const names = new Map<string, string>();

/** A NUL-padded name such as comm (bytes as Latin-1, so that any byte survives), interned: few distinct ones exist. */
export function name(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  for (let i = offset; i < offset + length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size > 4096) names.clear();
  names.set(text, text);
  return text;
}
