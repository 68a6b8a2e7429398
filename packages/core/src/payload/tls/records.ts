import { PAYLOAD_LIMITS } from '../limits.ts';

/** Content types (RFC 8446, section 5.1; RFC 6520 for heartbeats). */
const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
const HEARTBEAT = 24;
/** RFC 5246, section 6.2.3: a protected fragment is at most 2^14 + 2,048 bytes long. */
const MOST_FRAGMENT_BYTES = 16_384 + 2048;

export interface HandshakeStream {
  /** Of the first record. */
  readonly recordVersion: number;
  /** Handshake messages, one after the other, without their records. */
  readonly bytes: Uint8Array;
  /** More of them may come: the stream ended, no other record did. */
  readonly isOpen: boolean;
}

/** Whether a stream may be one of TLS by the first five bytes: a record of SSL 3.0 to TLS 1.3; bytes that are not there fit. */
export function isTlsRecord(stream: Uint8Array): boolean {
  const type = stream[0];
  if (type === undefined || type < CHANGE_CIPHER_SPEC || type > HEARTBEAT) return false;
  if (stream.length > 1 && stream[1] !== 3) return false;
  if (stream.length > 2 && stream[2]! > 4) return false;
  if (stream.length < 5) return true;
  const length = fragmentLength(stream, 0);
  return length > 0 && length <= MOST_FRAGMENT_BYTES;
}

/**
 * The handshake messages at the beginning of a stream, put together of as many records as carry them. It ends at the first
 * record of another type: after a change of cipher specifications handshake messages are encrypted. Undefined: no TLS.
 */
export function readHandshakeRecords(stream: Uint8Array): HandshakeStream | undefined {
  if (stream.length < 6 || stream[0] !== HANDSHAKE || !isTlsRecord(stream)) return undefined;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let at = 0;
  let isOpen = true;
  for (let records = 0; records < PAYLOAD_LIMITS.tlsRecords && bytes < PAYLOAD_LIMITS.tlsHandshakeBytes; records++) {
    if (at + 5 > stream.length) break;
    const length = fragmentLength(stream, at);
    if (stream[at] !== HANDSHAKE || stream[at + 1] !== 3 || length === 0 || length > MOST_FRAGMENT_BYTES) {
      isOpen = false;
      break;
    }
    const part = stream.subarray(at + 5, at + 5 + length);
    parts.push(part);
    bytes += part.length;
    at += 5 + length;
  }
  return { recordVersion: (stream[1]! << 8) | stream[2]!, bytes: joined(parts, bytes), isOpen };
}

export interface HandshakeMessage {
  readonly type: number;
  readonly body: Uint8Array;
  /** Bytes that are missing at its end. */
  readonly missing: number;
}

/** Messages of a handshake (RFC 8446, section 4); the last may be cut. */
export function* handshakeMessages(bytes: Uint8Array): Generator<HandshakeMessage> {
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const body = bytes.subarray(at + 4, at + 4 + length);
    yield { type: bytes[at]!, body, missing: length - body.length };
    at += 4 + length;
  }
}

function fragmentLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3]! << 8) | bytes[at + 4]!;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
