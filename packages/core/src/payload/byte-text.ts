import { latin1 } from './latin1.ts';

/** The first `most` bytes as text, one character a byte. */
export function byteText(bytes: Uint8Array, most: number = bytes.length): string {
  return latin1(bytes, 0, Math.min(bytes.length, most));
}

/** Printable ASCII only, and at least one byte of it. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}
