import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { InitialKeys } from './initial-keys.ts';
import type { PacketBounds } from './long-header.ts';

const TAG_BYTES = 16;

/**
 * The frames of a protected Initial packet: header protection off (RFC 9001, section 5.4), then AEAD_AES_128_GCM (section 5.3).
 * Undefined: other keys, a changed packet, or one that is cut.
 */
export function unprotect(
  datagram: Uint8Array,
  { start, number, end }: PacketBounds,
  keys: InitialKeys,
): Buffer | undefined {
  if (end > datagram.length || number + 20 > end) return undefined;
  const mask = headerMask(keys, datagram.slice(number + 4, number + 20));
  const first = datagram[start]! ^ (mask[0]! & 0x0f);
  const numberBytes = (first & 3) + 1;
  const body = number + numberBytes;
  if (body + TAG_BYTES > end) return undefined;
  const header = Uint8Array.from(datagram.subarray(start, body));
  header[0] = first;
  const nonce = Buffer.from(keys.iv);
  for (let index = 0; index < numberBytes; index++) {
    const at = header.length - numberBytes + index;
    header[at]! ^= mask[1 + index]!;
    nonce[12 - numberBytes + index]! ^= header[at]!;
  }
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(header).setAuthTag(datagram.slice(end - TAG_BYTES, end));
  const frames = decipher.update(datagram.slice(body, end - TAG_BYTES));
  try {
    decipher.final();
    return frames;
  } catch {
    return undefined;
  }
}

function headerMask(keys: InitialKeys, sample: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-ecb', keys.header, null);
  return cipher.setAutoPadding(false).update(sample);
}
