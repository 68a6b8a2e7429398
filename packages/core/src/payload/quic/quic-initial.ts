import type { QuicInitial } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { type LongHeader, readBounds, readLongHeader } from './long-header.ts';
import { QuicHello } from './quic-hello.ts';
import { findQuicVersion, isQuicVersion } from './versions.ts';

/**
 * What the first packets of a QUIC conversation say, of one datagram. `hello` puts together what several datagrams hold: give
 * the same one for all of a client. `isLast`: no more datagrams will be seen, a hello is told as far as it is there.
 * Undefined: not QUIC, or nothing but packets that cannot be told from others (short headers, 0-RTT and Handshake alone).
 */
export function parseQuicInitial(
  datagram: Uint8Array,
  hello: QuicHello = new QuicHello(),
  isLast = false,
): QuicInitial | undefined {
  const header = readLongHeader(datagram, 0);
  if (header === undefined) return undefined;
  if (header.version === 0) return isNegotiation(datagram, header) ? facts(header, 'version-negotiation') : undefined;
  const version = findQuicVersion(header.version);
  if (version === undefined) return isUnreadableInitial(datagram, header) ? facts(header, 'initial') : undefined;
  if (header.type === version.retryType) return isRetry(datagram, header) ? facts(header, 'retry') : undefined;
  const initial = readPackets(datagram, hello);
  if (initial === undefined) return undefined;
  const found = hello.take(isLast);
  return { ...facts(initial, 'initial'), ...(found === undefined ? {} : { hello: found }) };
}

/** The header of the first Initial packet of a datagram, all of them read into `hello`. */
function readPackets(datagram: Uint8Array, hello: QuicHello): LongHeader | undefined {
  let initial: LongHeader | undefined;
  let at = 0;
  for (let packets = 0; packets < PAYLOAD_LIMITS.quicPackets && at < datagram.length; packets++) {
    const header = readLongHeader(datagram, at);
    const bounds = header && readBounds(datagram, at, header);
    if (header === undefined || bounds === undefined) break;
    if (header.type === findQuicVersion(header.version)?.initialType) {
      initial ??= header;
      hello.add(datagram, header, bounds);
    }
    at = bounds.end;
  }
  return initial;
}

function facts({ version, destinationId, sourceId }: LongHeader, message: QuicInitial['message']): QuicInitial {
  return { protocol: 'quic', message, version, destinationId, sourceId };
}

/** A version negotiation is nothing but a list of versions (RFC 9000, section 17.2.1), one of them known. */
function isNegotiation(datagram: Uint8Array, { at }: LongHeader): boolean {
  const bytes = datagram.length - at;
  if (bytes === 0 || bytes % 4 !== 0 || bytes > PAYLOAD_LIMITS.quicVersions * 4) return false;
  const view = new DataView(datagram.buffer, datagram.byteOffset + at, bytes);
  for (let offset = 0; offset < bytes; offset += 4) if (isQuicVersion(view.getUint32(offset))) return true;
  return false;
}

/** A token, and a tag of 16 bytes (RFC 9000, section 17.2.5). */
function isRetry(datagram: Uint8Array, { at }: LongHeader): boolean {
  return datagram.length - at > 16;
}

/** Of a version whose packets cannot be read: clients fill the datagram up (RFC 9000, section 14.1). */
function isUnreadableInitial(datagram: Uint8Array, { version, destinationId }: LongHeader): boolean {
  return isQuicVersion(version) && destinationId.length >= 8 && datagram.length >= 1200;
}
