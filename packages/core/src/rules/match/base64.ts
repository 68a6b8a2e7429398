const VALUES = new Int8Array(256).fill(-1);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  VALUES[character.charCodeAt(0)] = value;
}

/**
 * The bytes that Base64 text in `bytes[start, end)` stands for, up to the first byte that is none of its alphabet
 * (RFC 4648); white space is passed over, and a last group that is not whole gives what it holds.
 */
export function decodeBase64(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const decoded = new Uint8Array(Math.max(0, Math.ceil(((end - start) * 3) / 4)));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (let at = Math.max(0, start); at < Math.min(end, bytes.length); at++) {
    const byte = bytes[at]!;
    if (byte === 32 || (byte >= 9 && byte <= 13)) continue;
    const value = VALUES[byte]!;
    if (value < 0) break;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded[length++] = (held >> bits) & 255;
    }
  }
  return decoded.subarray(0, length);
}
