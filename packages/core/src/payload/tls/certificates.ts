import { ByteCursor } from '../byte-cursor.ts';
import type { TlsCertificate, TlsCertificates } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { readCertificate } from './certificate.ts';

/** The body of a Certificate message of TLS up to 1.2 (RFC 5246, section 7.4.2), of which `missing` bytes were not seen. */
export function readCertificates(body: Uint8Array, missing: number): TlsCertificates {
  const cursor = new ByteCursor(body, 3);
  const chain: TlsCertificate[] = [];
  let isCut = missing > 0;
  while (cursor.left > 0) {
    const der = cursor.part(cursor.u24());
    if (der.isCut || cursor.isCut || chain.length === PAYLOAD_LIMITS.tlsCertificates) {
      isCut = true;
      break;
    }
    const certificate = readCertificate(der.take(der.left));
    if (certificate === undefined) break;
    chain.push(certificate);
  }
  return { protocol: 'tls', message: 'certificate', chain, isCut };
}
