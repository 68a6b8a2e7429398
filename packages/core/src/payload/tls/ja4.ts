import { hash } from 'node:crypto';
import { isGrease, withoutGrease } from './grease.ts';
import { ALPN, SERVER_NAME } from './hello-extensions.ts';

/** What carries the hello: `t` TLS over TCP, `q` QUIC. */
export type Ja4Transport = 't' | 'q';

export interface Ja4Input {
  /** The version field of the hello. */
  readonly version: number;
  readonly supportedVersions: readonly number[];
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly alpn: readonly string[];
}

const VERSIONS: Readonly<Record<number, string>> = {
  772: '13',
  771: '12',
  770: '11',
  769: '10',
  768: 's3',
  2: 's2',
};
const NOTHING = '000000000000';

/** The JA4 client fingerprint, by its specification (FoxIO, technical_details/JA4.md; BSD 3-clause licence). */
export function ja4(hello: Ja4Input, transport: Ja4Transport): string {
  const ciphers = withoutGrease(hello.ciphers);
  const extensions = withoutGrease(hello.extensions);
  const start = [
    transport,
    VERSIONS[highestVersion(hello)] ?? '00',
    extensions.includes(SERVER_NAME) ? 'd' : 'i',
    count(ciphers),
    count(extensions),
    alpnEnds(hello.alpn.find((name) => !isGreaseName(name)) ?? ''),
  ].join('');
  return `${start}_${shortHash(sorted(ciphers))}_${extensionHash(extensions, withoutGrease(hello.signatureAlgorithms))}`;
}

function highestVersion({ version, supportedVersions }: Ja4Input): number {
  const offered = withoutGrease(supportedVersions);
  return offered.length === 0 ? version : Math.max(...offered);
}

function count(values: readonly number[]): string {
  return String(Math.min(values.length, 99)).padStart(2, '0');
}

/** GREASE for protocol names is of two bytes too (RFC 8701, section 2). */
function isGreaseName(name: string): boolean {
  return name.length === 2 && isGrease((name.charCodeAt(0) << 8) | name.charCodeAt(1));
}

/** First and last character; where one is no letter or digit, those of the hexadecimal form. */
function alpnEnds(name: string): string {
  if (name === '') return '00';
  const first = name.charCodeAt(0);
  const last = name.charCodeAt(name.length - 1);
  if (isAlphanumeric(first) && isAlphanumeric(last)) return name[0]! + name.at(-1)!;
  return (first >> 4).toString(16) + (last & 15).toString(16);
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function extensionHash(extensions: readonly number[], signatureAlgorithms: readonly number[]): string {
  const types = sorted(extensions.filter((type) => type !== SERVER_NAME && type !== ALPN));
  if (types === '') return NOTHING;
  return shortHash(signatureAlgorithms.length === 0 ? types : `${types}_${signatureAlgorithms.map(hex4).join(',')}`);
}

function sorted(values: readonly number[]): string {
  return values.map(hex4).sort().join(',');
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function shortHash(text: string): string {
  return text === '' ? NOTHING : hash('sha256', text).slice(0, 12);
}
