import { createHash } from 'node:crypto';
import { ByteRegex } from '../pcre/byte-regex.ts';
import { RegexSyntaxError } from '../pcre/syntax-error.ts';
import { refuse } from '../problem.ts';
import { parseQuoted } from '../syntax/quoted.ts';
import { decodePercent } from './normalise-uri.ts';

/** Makes the bytes that are looked at of those a buffer has. */
export interface Transform {
  /** The same for the same transformation: buffers with the same ones are made once. */
  readonly key: string;
  apply(bytes: Uint8Array): Uint8Array;
}

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

function mapBytes(bytes: Uint8Array, change: (byte: number) => number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) result[at] = change(bytes[at]!);
  return result;
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
const upper = (byte: number): number => (byte >= 97 && byte <= 122 ? byte - 32 : byte);

function compressSpace(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => !isSpace(byte) || at === 0 || !isSpace(bytes[at - 1]!));
}

function dotPrefix(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 1);
  result[0] = 46;
  result.set(bytes, 1);
  return result;
}

function urlDecode(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('+', ' ');
  return Buffer.from(decodePercent(text), 'latin1');
}

/** Names of headers in lower case, values as they are. */
function headerLowercase(bytes: Uint8Array): Uint8Array {
  let inName = true;
  return mapBytes(bytes, (byte) => {
    if (byte === 58) inName = false;
    const result = inName ? lower(byte) : byte;
    if (byte === 10) inName = true;
    return result;
  });
}

const digest = (name: string) => (bytes: Uint8Array) => createHash(name).update(bytes).digest();

const PLAIN: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  to_lowercase: (bytes) => mapBytes(bytes, lower),
  to_uppercase: (bytes) => mapBytes(bytes, upper),
  strip_whitespace: (bytes) => bytes.filter((byte) => !isSpace(byte)),
  compress_whitespace: compressSpace,
  dotprefix: dotPrefix,
  url_decode: urlDecode,
  header_lowercase: headerLowercase,
  to_md5: digest('md5'),
  to_sha1: digest('sha1'),
  to_sha256: digest('sha256'),
};

/** The transformation a keyword names, or undefined when it names none. @throws RuleRefusal */
export function parseTransform(keyword: string, value: string | undefined): Transform | undefined {
  const plain = Object.hasOwn(PLAIN, keyword) ? PLAIN[keyword] : undefined;
  if (plain !== undefined) return { key: keyword, apply: plain };
  if (keyword === 'xor') return xor(parseQuoted(keyword, value).text);
  if (keyword === 'pcrexform') return regexTransform(parseQuoted(keyword, value).text);
  return undefined;
}

function xor(hex: string): Transform {
  const digits = hex.replace(/^0x/, '');
  if (!/^(?:[0-9a-fA-F]{2}){1,255}$/.test(digits)) refuse('xor', 'no row of hexadecimal bytes');
  const key = Uint8Array.from(Buffer.from(digits, 'hex'));
  let at = 0;
  return {
    key: `xor ${digits}`,
    apply: (bytes) => {
      at = 0;
      return mapBytes(bytes, (byte) => byte ^ key[at++ % key.length]!);
    },
  };
}

/** The first group of the first match becomes the buffer; without a match it is empty. */
function regexTransform(source: string): Transform {
  try {
    const regex = ByteRegex.compile(source, { keepGroups: true });
    return {
      key: `pcrexform ${source}`,
      apply: (bytes) => {
        const isFound = regex.search(bytes) >= 0;
        const [start, end] = isFound ? regex.group(1) : [0, 0];
        return bytes.subarray(Math.max(start, 0), Math.max(end, 0));
      },
    };
  } catch (error) {
    if (error instanceof RegexSyntaxError) return refuse('pcrexform', error.message);
    throw error;
  }
}
