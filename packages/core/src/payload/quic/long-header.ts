import { ByteCursor } from '../byte-cursor.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { findQuicVersion } from './versions.ts';

/** The part of a long header that holds for all versions (RFC 8999, section 5.1). */
export interface LongHeader {
  readonly version: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
  /** The two type bits; what they mean is the version's. */
  readonly type: number;
  /** Where the version's own fields begin. */
  readonly at: number;
}

/** The long header at `at`. Undefined: a short header, or connection ids that no version of today has. */
export function readLongHeader(datagram: Uint8Array, at: number): LongHeader | undefined {
  const cursor = new ByteCursor(datagram, at);
  const first = cursor.u8();
  if ((first & 0x80) === 0) return undefined;
  const version = cursor.u32();
  if (version !== 0 && (first & 0x40) === 0) return undefined;
  const destinationLength = cursor.u8();
  if (destinationLength > PAYLOAD_LIMITS.quicConnectionIdBytes) return undefined;
  const destinationId = cursor.take(destinationLength);
  const sourceLength = cursor.u8();
  if (sourceLength > PAYLOAD_LIMITS.quicConnectionIdBytes) return undefined;
  const sourceId = cursor.take(sourceLength);
  if (cursor.isCut) return undefined;
  return { version, destinationId, sourceId, type: (first >> 4) & 3, at: cursor.at };
}

/** Where an Initial (or another packet with a length) has its packet number, and where it ends. */
export interface PacketBounds {
  readonly start: number;
  readonly number: number;
  /** Behind the last byte on the wire, which the sample may not have. */
  readonly end: number;
}

/** Bounds of the packet at `start` (RFC 9000, sections 17.2.2 to 17.2.4); undefined for a retry, or where they cannot be. */
export function readBounds(datagram: Uint8Array, start: number, header: LongHeader): PacketBounds | undefined {
  const version = findQuicVersion(header.version);
  if (version === undefined || header.type === version.retryType) return undefined;
  const cursor = new ByteCursor(datagram, header.at);
  if (header.type === version.initialType) cursor.skip(variableInteger(cursor));
  const length = variableInteger(cursor);
  if (cursor.isCut || length < 20) return undefined;
  return { start, number: cursor.at, end: cursor.at + length };
}

/** RFC 9000, section 16; what is above 2^53 reads as a number that is too long for anything. */
export function variableInteger(cursor: ByteCursor): number {
  const first = cursor.u8();
  let value = first & 0x3f;
  for (let more = (1 << (first >> 6)) - 1; more > 0; more--) value = value * 256 + cursor.u8();
  return value;
}
