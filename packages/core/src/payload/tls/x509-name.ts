import { byteText } from '../byte-text.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { contentOf, type DerElement, derChildren, dottedObject } from './der.ts';

/** Short names as openssl and rules write them (RFC 4519, RFC 5280 appendix A). */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};
const BMP_STRING = 0x1e;

/**
 * A name in the certificate's order: `C=US, O=Let's Encrypt, CN=R3`, several values of one part with ` + ` between them. Values
 * stand as they are, without escapes: that is the text that rules look into. Types without a short name stand with dots.
 */
export function readName(name: DerElement): string {
  const sets: string[] = [];
  for (const set of derChildren(name, PAYLOAD_LIMITS.tlsNameParts)) sets.push(readSet(set));
  return sets.join(', ');
}

function readSet(set: DerElement): string {
  const attributes: string[] = [];
  for (const attribute of derChildren(set, PAYLOAD_LIMITS.tlsNameValues)) {
    const [type, value] = [...derChildren(attribute, 2)];
    if (type === undefined || value === undefined) continue;
    const dotted = dottedObject(type);
    attributes.push(`${SHORT_NAMES[dotted] ?? dotted}=${text(value)}`);
  }
  return attributes.join(' + ');
}

function text(value: DerElement): string {
  const content = contentOf(value);
  const bytes = value.tag === BMP_STRING ? content.filter((_, index) => index % 2 === 1) : content;
  return byteText(bytes, PAYLOAD_LIMITS.tlsValueCharacters);
}
