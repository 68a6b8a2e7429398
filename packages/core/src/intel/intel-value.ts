import { parseAddress, parseIPv4 } from '../address.ts';
import { domainName } from './domain-name.ts';
import type { AddressItem, DomainItem, FingerprintItem, IntelItem, IntelKind, UrlItem } from './intel.ts';

/** Longer text is no entry. */
const LONGEST_VALUE = 2048;
/** Wider ranges would name large parts of the Internet. */
const WIDEST = { 4: 8, 6: 16 } as const;
const HEX = { 32: /^[0-9a-f]{32}$/, 40: /^[0-9a-f]{40}$/, 64: /^[0-9a-f]{64}$/ } as const;
const JA4 = /^[tqd][0-9a-z]{2}[di][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/;

/** What is wrong with a value, as the end of a sentence. */
export interface BadValue {
  readonly problem: string;
}

/**
 * What one value of a list names; defanged forms (`hxxp`, `[.]`) are understood. `kind` says what it must be; without it a
 * value is taken for what it looks like, and a hash of 32 digits is refused: it could be any fingerprint.
 */
export function parseIntelValue(text: string, kind?: IntelKind, subdomains = false): IntelItem | BadValue {
  if (text.length > LONGEST_VALUE) return { problem: 'is too long' };
  const value = refang(text.trim());
  if (value === '') return { problem: 'is empty' };
  switch (kind) {
    case undefined:
      return parseAny(value, subdomains);
    case 'address':
      return parseAddressItem(value) ?? { problem: 'is no address' };
    case 'domain':
      return parseDomainItem(value, subdomains);
    case 'url':
      return parseUrlItem(value) ?? { problem: 'is no URL' };
    default:
      return parseHash(value.toLowerCase().replaceAll(':', kind === 'certificate' ? '' : ':'), kind);
  }
}

/** `hxxp`, `[.]`, `(.)`, `{.}`, `[dot]`, `[:]` and `[://]` back to what they stand for. */
export function refang(text: string): string {
  if (!/[[({]|hxxp/i.test(text)) return text;
  return text
    .replace(/^hxxp(?=s?(?::|\[:))/i, 'http')
    .replace(/[[({](?:\.|dot)[\])}]/gi, '.')
    .replace(/\[(:|:\/\/)\]/g, '$1');
}

function parseAny(value: string, subdomains: boolean): IntelItem | BadValue {
  const address = parseAddressItem(value);
  if (address !== undefined) return address;
  const lower = value.toLowerCase();
  if (JA4.test(lower)) return { kind: 'ja4', value: lower };
  if (HEX[40].test(lower) || HEX[64].test(lower)) return { kind: 'certificate', value: lower };
  if (HEX[32].test(lower)) return { problem: 'is a hash of which kind the list must say' };
  if (value.includes('/')) return parseUrlItem(value) ?? { problem: 'is no URL' };
  return parseDomainItem(value, subdomains);
}

function parseHash(value: string, kind: FingerprintItem['kind']): FingerprintItem | BadValue {
  if (kind === 'ja4') return JA4.test(value) ? { kind, value } : { problem: 'is no JA4' };
  const isHash = kind === 'certificate' ? HEX[40].test(value) || HEX[64].test(value) : HEX[32].test(value);
  return isHash ? { kind, value } : { problem: `is no hash of a ${kind}` };
}

function parseDomainItem(value: string, subdomains: boolean): DomainItem | BadValue {
  const isStar = value.startsWith('*.');
  const isDot = value.startsWith('.');
  const name = domainName(isStar ? value.slice(2) : isDot ? value.slice(1) : value);
  if (name === undefined) return { problem: 'is no address, domain, URL or hash' };
  return { kind: 'domain', name, itself: !isStar, below: isStar || isDot || subdomains };
}

/** `198.51.100.7`, with `/24` or `:443`; `2001:db8::7`, with `/48`, or `[2001:db8::7]:443`. */
function parseAddressItem(value: string): AddressItem | BadValue | undefined {
  const colon = value.lastIndexOf(':');
  if (value.startsWith('[')) {
    const close = value.indexOf(']');
    const port = value.slice(close + 1);
    if (close < 0 || (port !== '' && !port.startsWith(':'))) return undefined;
    return withPort(value.slice(1, close), port.slice(1));
  }
  if (colon > 0 && value.indexOf(':') === colon) return withPort(value.slice(0, colon), value.slice(colon + 1));
  const slash = value.indexOf('/');
  if (slash < 0) return addressItem(value, undefined, 0);
  const suffix = value.slice(slash + 1);
  return /^\d{1,3}$/.test(suffix) ? addressItem(value.slice(0, slash), Number(suffix), 0) : undefined;
}

function withPort(address: string, port: string): AddressItem | BadValue | undefined {
  if (port === '') return addressItem(address, undefined, 0);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
  return addressItem(address, undefined, Number(port));
}

function addressItem(text: string, suffix: number | undefined, port: number): AddressItem | BadValue | undefined {
  const word = parseIPv4(text);
  const bytes = word >= 0 ? undefined : parseAddress(text);
  if (word < 0 && bytes === undefined) return undefined;
  const words = bytes === undefined ? ([0, 0, 0xffff, word] as const) : wordsOf(bytes);
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  const family = isMapped ? 4 : 6;
  const widest = family === 4 ? 32 : 128;
  const prefix = suffix === undefined ? widest : bytes !== undefined && isMapped ? suffix - 96 : suffix;
  if (prefix < 0 || prefix > widest) return { problem: 'has a prefix that cannot be' };
  if (prefix < WIDEST[family]) return { problem: `is wider than /${WIDEST[family]}` };
  return { kind: 'address', family, words: masked(words, family === 4 ? prefix + 96 : prefix), prefix, port };
}

function wordsOf(bytes: Uint8Array): AddressItem['words'] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
}

function masked(words: AddressItem['words'], bits: number): AddressItem['words'] {
  const keep = (word: number, at: number): number => {
    const left = bits - at * 32;
    return left >= 32 ? word : left <= 0 ? 0 : (word & (-1 << (32 - left))) >>> 0;
  };
  return [keep(words[0], 0), keep(words[1], 1), keep(words[2], 2), keep(words[3], 3)];
}

/** Scheme, user and fragment say nothing of where it is. A query is kept: only the same one matches then. */
function parseUrlItem(value: string): UrlItem | undefined {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#@]*@)?([^/?#]+)([^#]*)/i.exec(value);
  if (match === null) return undefined;
  const host = urlHost(match[1]!);
  if (host === undefined) return undefined;
  const rest = match[2]!;
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  return { kind: 'url', host, target };
}

/** A host as `Host` headers and URLs have it: lower case, without a port of 80 or 443. Undefined for what is none. */
export function urlHost(text: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return undefined;
  const name = match[1]!;
  const host = name.startsWith('[') || parseIPv4(name) >= 0 ? name.toLowerCase() : domainName(name);
  if (host === undefined) return undefined;
  const port = match[2];
  return port === undefined || port === '80' || port === '443' ? host : `${host}:${Number(port)}`;
}
