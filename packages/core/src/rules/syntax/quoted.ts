import { RULE_LIMITS } from '../limits.ts';
import { refuse } from '../problem.ts';

export interface QuotedValue {
  readonly negated: boolean;
  /** What stands between the quotes, escapes as written. */
  readonly text: string;
}

/** `"text"` or `!"text"`; quotes may be left out, as Suricata takes it. */
export function parseQuoted(keyword: string, value: string | undefined): QuotedValue {
  if (value === undefined) return refuse(keyword, 'no value');
  const negated = value.startsWith('!');
  const rest = (negated ? value.slice(1) : value).trim();
  if (rest === '') return refuse(keyword, 'no value');
  if (!rest.startsWith('"')) return { negated, text: rest };
  if (rest.length < 2 || !rest.endsWith('"')) return refuse(keyword, 'a quotation mark without its other');
  return { negated, text: rest.slice(1, -1) };
}

/** Text with `\"`, `\\`, `\;` and `\:` resolved. */
export function unescapeText(text: string): string {
  return text.replace(/\\([\\";:])/g, '$1');
}

/** The bytes of a pattern: text, `|hexadecimal|`, and escapes of `"`, `\`, `;`, `:`. @throws RuleRefusal */
export function parsePattern(keyword: string, text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    if (character === '|') {
      at = readHex(keyword, text, at + 1, bytes);
      continue;
    }
    if (character === '\\') at++;
    bytes.push(...utf8(keyword, text, at, character === '\\'));
    at++;
  }
  if (bytes.length === 0) refuse(keyword, 'an empty pattern');
  if (bytes.length > RULE_LIMITS.contentBytes) refuse(keyword, `more than ${RULE_LIMITS.contentBytes} bytes`);
  return Uint8Array.from(bytes);
}

function readHex(keyword: string, text: string, from: number, bytes: number[]): number {
  const end = text.indexOf('|', from);
  if (end < 0) refuse(keyword, 'a | without its other');
  const digits = text.slice(from, end).replace(/\s+/g, '');
  if (digits === '' || digits.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(digits)) {
    refuse(keyword, `|${text.slice(from, end).slice(0, 40)}| is no row of hexadecimal bytes`);
  }
  for (let at = 0; at < digits.length; at += 2) bytes.push(Number.parseInt(digits.slice(at, at + 2), 16));
  return end + 1;
}

/** Rule text is Latin-1: a character is a byte. */
function utf8(keyword: string, text: string, at: number, isEscaped: boolean): number[] {
  const character = text[at];
  if (character === undefined) return refuse(keyword, 'a backslash at the end');
  if (isEscaped && !'\\";:'.includes(character)) return refuse(keyword, `the escape \\${character}`);
  const code = character.charCodeAt(0);
  return code < 256 ? [code] : [...Buffer.from(character)];
}

/** Parts of a value between commas, white space around them removed. */
export function commaParts(keyword: string, value: string | undefined): string[] {
  if (value === undefined || value === '') return refuse(keyword, 'no value');
  return value.split(',').map((part) => part.trim());
}

/** A whole number, decimal or with `0x`. @throws RuleRefusal */
export function parseInteger(keyword: string, text: string | undefined, min: number, max: number): number {
  const trimmed = (text ?? '').trim();
  if (!/^[-+]?(?:\d{1,15}|0[xX][0-9a-fA-F]{1,12})$/.test(trimmed))
    refuse(keyword, `${trimmed || 'nothing'} is no number`);
  const value = /^[-+]/.test(trimmed) ? Number(trimmed.slice(1)) * (trimmed[0] === '-' ? -1 : 1) : Number(trimmed);
  if (value < min || value > max) refuse(keyword, `${trimmed} is not in ${min} to ${max}`);
  return value;
}
