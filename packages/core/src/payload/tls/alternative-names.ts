import { formatAddress } from '../../address.ts';
import { byteText } from '../byte-text.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { contentOf, type DerElement, derChildren, dottedObject, OCTET_STRING, readDer, SEQUENCE } from './der.ts';

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
/** Kinds of names (RFC 5280, section 4.2.1.6). */
const EMAIL = 0x81;
const DNS_NAME = 0x82;
const URI = 0x86;
const ADDRESS = 0x87;
const V4_MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/** Extensions that are looked through for it. */
const MOST_EXTENSIONS = 64;

/** DNS names (lower case), addresses, e-mail addresses and URIs of a certificate's extensions ([3] of the TBSCertificate). */
export function readAlternativeNames(extensions: DerElement): string[] {
  const [list] = [...derChildren(extensions, 1)];
  if (list?.tag !== SEQUENCE) return [];
  for (const extension of derChildren(list, MOST_EXTENSIONS)) {
    const parts = [...derChildren(extension, 3)];
    const value = parts.at(-1);
    if (parts[0] === undefined || value?.tag !== OCTET_STRING) continue;
    if (dottedObject(parts[0]) === SUBJECT_ALTERNATIVE_NAME) return names(value);
  }
  return [];
}

function names(value: DerElement): string[] {
  const list = readDer(value.bytes, value.start, value.end);
  if (list?.tag !== SEQUENCE) return [];
  const found: string[] = [];
  for (const name of derChildren(list, PAYLOAD_LIMITS.tlsAlternativeNames)) {
    const content = contentOf(name);
    if (name.tag === DNS_NAME) found.push(byteText(content, PAYLOAD_LIMITS.tlsNameBytes).toLowerCase());
    else if (name.tag === EMAIL || name.tag === URI) found.push(byteText(content, PAYLOAD_LIMITS.tlsValueCharacters));
    else if (name.tag === ADDRESS) found.push(addressText(content));
  }
  return found.filter((name) => name !== '');
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 16) return formatAddress(bytes, 0);
  return bytes.length === 4 ? formatAddress(Uint8Array.of(...V4_MAPPED, ...bytes), 0) : '';
}
