/** For tests: Initial packets as a client sends them. */
import { createCipheriv } from 'node:crypto';
import { clientInitialKeys } from '../quic/initial-keys.ts';
import { findQuicVersion } from '../quic/versions.ts';

export interface WrittenInitial {
  readonly version?: number;
  readonly destinationId?: Uint8Array;
  /** What the keys are made of, where it is not the destination. */
  readonly keyId?: Uint8Array;
  readonly token?: Uint8Array;
  readonly number?: number;
  readonly frames: Uint8Array;
  /** Frames are filled up with PADDING to this. */
  readonly frameBytes?: number;
}

/** Bytes of a variable-length integer (RFC 9000, section 16). */
export function variable(value: number): Buffer {
  if (value < 64) return Buffer.of(value);
  if (value < 16_384) return Buffer.of(0x40 | (value >>> 8), value & 0xff);
  const long = Buffer.alloc(4);
  long.writeUInt32BE((0x80000000 | value) >>> 0);
  return long;
}

export function cryptoFrame(offset: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(6), variable(offset), variable(bytes.length), bytes]);
}

/** A protected Initial packet with a packet number of four bytes (RFC 9001, section 5). */
export function initialPacket(written: WrittenInitial): Buffer {
  const { version = 1, destinationId = Buffer.alloc(8, 3), token = Buffer.alloc(0), number = 0 } = written;
  const known = findQuicVersion(version)!;
  const keys = clientInitialKeys(known, written.keyId ?? destinationId);
  const frames = Buffer.concat([
    written.frames,
    Buffer.alloc(Math.max(0, (written.frameBytes ?? 1162) - written.frames.length)),
  ]);
  const versionBytes = Buffer.alloc(4);
  versionBytes.writeUInt32BE(version);
  const numberBytes = Buffer.alloc(4);
  numberBytes.writeUInt32BE(number);
  const header = Buffer.concat([
    Buffer.of(0xc3 | (known.initialType << 4)),
    versionBytes,
    Buffer.of(destinationId.length),
    destinationId,
    Buffer.of(0),
    variable(token.length),
    token,
    variable(4 + frames.length + 16),
    numberBytes,
  ]);
  const nonce = Buffer.from(keys.iv);
  for (let index = 0; index < 4; index++) nonce[8 + index]! ^= numberBytes[index]!;
  const cipher = createCipheriv('aes-128-gcm', keys.key, nonce).setAAD(header);
  const body = Buffer.concat([cipher.update(frames), cipher.final(), cipher.getAuthTag()]);
  const mask = createCipheriv('aes-128-ecb', keys.header, null).update(body.subarray(0, 16));
  header[0]! ^= mask[0]! & 0x0f;
  for (let index = 0; index < 4; index++) header[header.length - 4 + index]! ^= mask[1 + index]!;
  return Buffer.concat([header, body]);
}
