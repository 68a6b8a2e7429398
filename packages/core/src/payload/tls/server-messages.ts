import type { TlsCertificates, TlsServerHello } from '../facts.ts';
import { readCertificates } from './certificates.ts';
import { handshakeMessages, readHandshakeRecords } from './records.ts';
import { readServerHello, SERVER_HELLO } from './server-hello.ts';

const CERTIFICATE = 11;

export interface TlsServerMessages {
  readonly facts: readonly (TlsServerHello | TlsCertificates)[];
  /** More bytes of this direction would say more: a message is cut, or the certificates have not come yet. */
  readonly isOpen: boolean;
}

/**
 * What a server says at the beginning of its stream: its hello and, up to TLS 1.2, the certificates as far as they were sampled.
 * Undefined: no server of TLS (or nothing of its hello yet: `isTlsRecord` tells).
 */
export function parseTlsServer(stream: Uint8Array): TlsServerMessages | undefined {
  const records = readHandshakeRecords(stream);
  if (records === undefined) return undefined;
  const facts: (TlsServerHello | TlsCertificates)[] = [];
  let isOpen = records.isOpen;
  for (const { type, body, missing } of handshakeMessages(records.bytes)) {
    if (facts.length === 0) {
      const hello = type === SERVER_HELLO ? readServerHello(body, missing, records.recordVersion) : undefined;
      if (hello === undefined) return undefined;
      facts.push(hello);
    } else if (type === CERTIFICATE) {
      facts.push(readCertificates(body, missing));
      isOpen = missing > 0;
      break;
    }
  }
  return facts.length === 0 ? undefined : { facts, isOpen };
}
