import { ByteCursor } from '../byte-cursor.ts';
import type { TlsClientHello } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { NO_FINGERPRINT } from './ja3.ts';

const CLIENT_HELLO = 1;
const SSL_2 = 0x0002;
/** RFC 5246, appendix E.2: 16 to 32 bytes of challenge; SSL 2.0 knows a session id of 16 bytes or none. */
const CHALLENGE = { least: 16, most: 32 };

/**
 * A ClientHello in SSL 2.0's form, as old clients and scanners send it (RFC 5246, appendix E.2). `ciphers` are of three bytes:
 * those of TLS are below 0x010000. JA3 and JA4 are not defined for it and stay empty. It says all in one record: one that is
 * cut is not told.
 */
export function parseSslV2Hello(stream: Uint8Array): TlsClientHello | undefined {
  if (stream.length < 11 || (stream[0]! & 0x80) === 0 || stream[2] !== CLIENT_HELLO) return undefined;
  const length = ((stream[0]! & 0x7f) << 8) | stream[1]!;
  const cursor = new ByteCursor(stream, 3, 2 + length);
  const version = cursor.u16();
  if (version !== SSL_2 && version >>> 8 !== 3) return undefined;
  const cipherBytes = cursor.u16();
  const sessionBytes = cursor.u16();
  const challengeBytes = cursor.u16();
  if (length !== 9 + cipherBytes + sessionBytes + challengeBytes || cipherBytes % 3 !== 0) return undefined;
  if (challengeBytes < CHALLENGE.least || challengeBytes > CHALLENGE.most) return undefined;
  if (sessionBytes !== 0 && sessionBytes !== 16) return undefined;
  const list = cursor.part(cipherBytes);
  if (list.isCut || cipherBytes === 0) return undefined;
  const ciphers: number[] = [];
  while (list.left >= 3 && ciphers.length < PAYLOAD_LIMITS.tlsListEntries) ciphers.push(list.u24());
  return {
    protocol: 'tls',
    message: 'client-hello',
    recordVersion: SSL_2,
    version,
    supportedVersions: [],
    alpn: [],
    ciphers,
    extensions: [],
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    keyShares: [],
    hasEncryptedHello: false,
    ja3: NO_FINGERPRINT,
    ja4: '',
  };
}
