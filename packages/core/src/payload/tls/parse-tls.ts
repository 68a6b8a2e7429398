import type { TlsCertificates, TlsClientHello, TlsRecord, TlsServerHello } from '../facts.ts';
import { parseTlsClientHello } from './client-hello.ts';
import { ALERT, HANDSHAKE, isTlsRecord } from './records.ts';
import { parseTlsServer } from './server-messages.ts';

const RECORD_HEADER_BYTES = 5;
/** A level and a description; a longer alert is encrypted. */
const ALERT_BYTES = 2;

/** TLS of either end at the beginning of a stream: hellos and certificates; another record as such. Empty: no TLS. */
export function parseTls(
  stream: Uint8Array,
): readonly (TlsClientHello | TlsServerHello | TlsCertificates | TlsRecord)[] {
  const client = parseTlsClientHello(stream);
  if (client !== undefined) return [client];
  const server = parseTlsServer(stream);
  if (server !== undefined) return server.facts;
  const record = readRecord(stream);
  return record === undefined ? [] : [record];
}

/** Whether a stream that is too short yet may become TLS. */
export function mayBecomeTls(stream: Uint8Array): boolean {
  return stream.length <= RECORD_HEADER_BYTES && isTlsRecord(stream);
}

function readRecord(stream: Uint8Array): TlsRecord | undefined {
  if (stream.length <= RECORD_HEADER_BYTES || !isTlsRecord(stream)) return undefined;
  const contentType = stream[0]!;
  const length = (stream[3]! << 8) | stream[4]!;
  const next = stream.subarray(RECORD_HEADER_BYTES + length);
  if (next.length > 0 && !isTlsRecord(next)) return undefined;
  const alert = contentType === ALERT && length === ALERT_BYTES ? stream[6] : undefined;
  const isCut = contentType === HANDSHAKE && next.length === 0;
  return {
    protocol: 'tls',
    message: 'record',
    contentType,
    recordVersion: (stream[1]! << 8) | stream[2]!,
    ...(alert === undefined ? {} : { alert }),
    ...(isCut ? { isCut } : {}),
  };
}
