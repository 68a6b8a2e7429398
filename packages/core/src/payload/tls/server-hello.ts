import { ByteCursor } from '../byte-cursor.ts';
import type { TlsServerHello } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { ALPN, noExtensions, readAlpn, SUPPORTED_VERSIONS } from './hello-extensions.ts';
import { ja3s, NO_FINGERPRINT } from './ja3.ts';

export const SERVER_HELLO = 2;

/** The body of a ServerHello or HelloRetryRequest (RFC 8446, section 4.1.3), of which `missing` bytes were not seen. */
export function readServerHello(body: Uint8Array, missing: number, recordVersion: number): TlsServerHello | undefined {
  const cursor = new ByteCursor(body);
  const field = cursor.u16();
  if (field >>> 8 !== 3) return undefined;
  cursor.skip(32);
  const sessionId = cursor.u8();
  if (sessionId > 32) return undefined;
  cursor.skip(sessionId);
  const cipher = cursor.u16();
  cursor.skip(1);
  if (cursor.isCut) return undefined;
  const { types, alpn, version, isWhole } = readExtensions(cursor, missing);
  return {
    protocol: 'tls',
    message: 'server-hello',
    recordVersion,
    version: version ?? field,
    cipher,
    extensions: types,
    alpn,
    ja3s: isWhole ? ja3s(field, cipher, types) : NO_FINGERPRINT,
  };
}

interface ServerExtensions {
  readonly types: readonly number[];
  readonly alpn: readonly string[];
  readonly version: number | undefined;
  /** All types were seen. */
  readonly isWhole: boolean;
}

function readExtensions(cursor: ByteCursor, missing: number): ServerExtensions {
  const { types, alpn } = noExtensions();
  let version: number | undefined;
  const length = cursor.left >= 2 ? cursor.u16() : 0;
  const start = cursor.at;
  while (cursor.left >= 4 && types.length < PAYLOAD_LIMITS.tlsExtensions) {
    const type = cursor.u16();
    const content = cursor.part(cursor.u16());
    types.push(type);
    if (type === SUPPORTED_VERSIONS && content.left >= 2) version = content.u16();
    if (type === ALPN) readAlpn(content, alpn);
  }
  return { types, alpn, version, isWhole: missing === 0 && cursor.at - start >= length };
}
