import { ByteCursor } from '../byte-cursor.ts';
import type { TlsClientHello } from '../facts.ts';
import { noExtensions, readClientExtensions, words } from './hello-extensions.ts';
import { ja3, NO_FINGERPRINT } from './ja3.ts';
import { type Ja4Transport, ja4 } from './ja4.ts';
import { handshakeMessages, readHandshakeRecords } from './records.ts';
import { parseSslV2Hello } from './ssl-v2-hello.ts';

export const CLIENT_HELLO = 1;

/**
 * The ClientHello at the beginning of a client's stream, over as many records as it takes, or an SSL 2.0 compatible one. A hello
 * that goes on behind the end of `stream` is told as far as it was read, with `isCut`. Undefined: this is no hello of TLS.
 */
export function parseTlsClientHello(stream: Uint8Array): TlsClientHello | undefined {
  const records = readHandshakeRecords(stream);
  if (records === undefined) return parseSslV2Hello(stream);
  const first = handshakeMessages(records.bytes).next().value;
  if (!first || first.type !== CLIENT_HELLO) return undefined;
  return readClientHello(first.body, first.missing, records.recordVersion, 't');
}

/**
 * The body of a ClientHello (RFC 8446, section 4.1.2), of which `missing` bytes were not seen. `recordVersion` is 0 in QUIC.
 * Undefined: too little of it, or lengths that cannot be.
 */
export function readClientHello(
  body: Uint8Array,
  missing: number,
  recordVersion: number,
  transport: Ja4Transport,
): TlsClientHello | undefined {
  const cursor = new ByteCursor(body);
  const version = cursor.u16();
  if (version >>> 8 !== 3) return undefined;
  cursor.skip(32);
  const sessionId = cursor.u8();
  if (sessionId > 32) return undefined;
  cursor.skip(sessionId);
  const ciphers: number[] = [];
  const cipherList = cursor.part(cursor.u16());
  words(cipherList, ciphers);
  cursor.skip(cursor.u8());
  if (ciphers.length === 0) return undefined;
  if (cursor.isCut && missing === 0) return undefined;
  const { types, isWhole, serverName, ...lists } = extensionsOf(cursor, missing);
  const hello = { version, ciphers, extensions: types, ...lists };
  return {
    protocol: 'tls',
    message: 'client-hello',
    recordVersion,
    ...hello,
    ...(serverName === undefined ? {} : { serverName }),
    ja3: isWhole ? ja3(hello) : NO_FINGERPRINT,
    ja4: isWhole ? ja4(hello, transport) : '',
    ...(missing > 0 ? { isCut: true } : {}),
  };
}

function extensionsOf(cursor: ByteCursor, missing: number): ReturnType<typeof noExtensions> {
  if (cursor.isCut) return { ...noExtensions(), isWhole: false };
  if (cursor.left >= 2) return readClientExtensions(cursor, cursor.u16());
  return { ...noExtensions(), isWhole: missing === 0 };
}
