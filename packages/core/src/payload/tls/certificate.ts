import { hash } from 'node:crypto';
import { hex } from '../byte-text.ts';
import type { TlsCertificate } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { readAlternativeNames } from './alternative-names.ts';
import { contentOf, type DerElement, derChildren, INTEGER, readDer, SEQUENCE } from './der.ts';
import { readName } from './x509-name.ts';
import { readTime } from './x509-time.ts';

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** Fields of a TBSCertificate (RFC 5280, section 4.1), the optional ones included. */
const MOST_FIELDS = 10;

/** An X.509 certificate of which all bytes are there. Undefined: it is none, or none that can be read. */
export function readCertificate(der: Uint8Array): TlsCertificate | undefined {
  const certificate = readDer(der, 0, der.length);
  if (certificate?.tag !== SEQUENCE) return undefined;
  const [body] = [...derChildren(certificate, 1)];
  if (body?.tag !== SEQUENCE) return undefined;
  const all = [...derChildren(body, MOST_FIELDS)];
  const [serial, , issuer, validity, subject] = all[0]?.tag === VERSION ? all.slice(1) : all;
  if (serial?.tag !== INTEGER || !issuer || validity?.tag !== SEQUENCE || !subject) return undefined;
  const [notBefore, notAfter] = [...derChildren(validity, 2)];
  if (!notBefore || !notAfter) return undefined;
  const bytes = der.slice();
  const extensions = all.find(({ tag }) => tag === EXTENSIONS);
  return {
    subject: readName(subject),
    issuer: readName(issuer),
    serial: serialText(serial),
    notBeforeMs: readTime(notBefore),
    notAfterMs: readTime(notAfter),
    alternativeNames: extensions === undefined ? [] : readAlternativeNames(extensions),
    sha1: hash('sha1', bytes),
    sha256: hash('sha256', bytes),
    der: bytes,
  };
}

/** As it is encoded, with the zero in front that keeps a number positive. */
function serialText(serial: DerElement): string {
  const digits = hex(contentOf(serial).subarray(0, PAYLOAD_LIMITS.tlsSerialBytes)).toUpperCase();
  return digits.match(/../g)?.join(':') ?? '';
}
