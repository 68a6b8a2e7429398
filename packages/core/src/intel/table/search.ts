import { formatAddress } from '../../address.ts';
import { compareAt, find4, find6, type Group4, type Group6 } from './address-groups.ts';
import { BELOW, type IntelTable, ITSELF, markText } from './intel-table.ts';
import { findHashed, findText, hashEnd, hashStart, hashStep, textAt } from './string-table.ts';

/** An entry that was found, and the number of its details. */
export interface TableMatch {
  readonly entry: string;
  readonly detail: number;
}

/** Deepest path whose prefixes are looked for, and the longest. */
const MOST_SEGMENTS = 24;
const LONGEST_TARGET = 1024;

/** Asked for by a person who wants all that is known of an address: entries of any port answer. */
export const ANY_PORT = -1;

const detailAt = (details: Uint32Array, position: number): number => (details.length === 0 ? 0 : details[position]!);

/** The entry with the longest prefix that holds the IPv4 address and port and has not expired. */
export function searchAddress4(table: IntelTable, word: number, port: number, atMs: number): TableMatch | undefined {
  for (const group of table.v4) {
    const key = (word & group.mask) >>> 0;
    const { keys } = group.words;
    for (let at = find4(group, word); at >= 0 && at < keys.length && keys[at] === key; at++) {
      const detail = detailAt(group.details, at);
      if (applies(table, detail, port, atMs)) return { entry: entryText4(group, key, table, detail), detail };
    }
  }
  return undefined;
}

/** The same of IPv6, as four words. */
export function searchAddress6(
  table: IntelTable,
  words: readonly number[],
  port: number,
  atMs: number,
): TableMatch | undefined {
  for (const group of table.v6) {
    const { keys, prefix } = group;
    for (let at = find6(group, words); at >= 0 && at * 4 < keys.length; at++) {
      if (compareAt(keys, at, words, prefix) !== 0) break;
      const detail = detailAt(group.details, at);
      if (applies(table, detail, port, atMs)) return { entry: entryText6(group, at, table, detail), detail };
    }
  }
  return undefined;
}

/** The longest entry that is the name or above it. `name` in lower case. One pass from its end, with a look at each dot. */
export function searchDomain({ domains, details }: IntelTable, name: string, atMs: number): TableMatch | undefined {
  if (domains.ends.length === 0) return undefined;
  let hash = hashStart;
  let found = -1;
  for (let from = name.length - 1; from >= 0; from--) {
    hash = hashStep(hash, name.charCodeAt(from));
    if (from > 0 && name.charCodeAt(from - 1) !== 46) continue;
    const position = findHashed(domains, name, from, hashEnd(hash));
    if (position < 0 || (domains.flags[position]! & (from === 0 ? ITSELF : BELOW)) === 0) continue;
    if (details.expiresMs[detailAt(domains.details, position)]! > atMs) found = position;
  }
  if (found < 0) return undefined;
  const flags = domains.flags[found]!;
  const sign = flags === ITSELF ? '' : flags === BELOW ? '*.' : '.';
  return { entry: sign + textAt(domains, found), detail: detailAt(domains.details, found) };
}

/** The whole target, the path, or the longest part of it that ends before or with a slash. `host` as `urlHost` gives it. */
export function searchUrl(table: IntelTable, host: string, target: string, atMs: number): TableMatch | undefined {
  const { urls, details } = table;
  if (urls.ends.length === 0) return undefined;
  const whole = host + (target.startsWith('/') ? target : `/${target}`).slice(0, LONGEST_TARGET);
  for (const candidate of candidates(whole, host.length)) {
    const position = findText(urls, candidate);
    if (position < 0) continue;
    const detail = detailAt(urls.details, position);
    if (details.expiresMs[detail]! > atMs) return { entry: candidate, detail };
  }
  return undefined;
}

export function searchMark(table: IntelTable, kind: string, value: string, atMs: number): TableMatch | undefined {
  const position = findText(table.marks, markText(kind, value));
  if (position < 0) return undefined;
  const detail = detailAt(table.marks.details, position);
  return table.details.expiresMs[detail]! > atMs ? { entry: value, detail } : undefined;
}

function* candidates(whole: string, hostLength: number): Generator<string> {
  yield whole;
  const query = whole.indexOf('?', hostLength);
  const path = query < 0 ? whole : whole.slice(0, query);
  if (query >= 0) yield path;
  let end = path.length;
  for (let depth = 0; depth < MOST_SEGMENTS && end > hostLength; depth++) {
    const slash = path.lastIndexOf('/', end - 1);
    if (slash < hostLength) return;
    if (slash + 1 < path.length) yield path.slice(0, slash + 1);
    if (slash > hostLength) yield path.slice(0, slash);
    end = slash;
  }
  /* The whole site, also of what lies deeper. */
  yield path.slice(0, hostLength + 1);
}

function applies({ details }: IntelTable, detail: number, port: number, atMs: number): boolean {
  const wanted = details.ports[detail]!;
  return (wanted === 0 || wanted === port || port === ANY_PORT) && details.expiresMs[detail]! > atMs;
}

function entryText4({ prefix }: Group4, key: number, { details }: IntelTable, detail: number): string {
  const address = `${key >>> 24}.${(key >>> 16) & 255}.${(key >>> 8) & 255}.${key & 255}`;
  const port = details.ports[detail]!;
  return prefix < 32 ? `${address}/${prefix}` : port === 0 ? address : `${address}:${port}`;
}

function entryText6({ prefix, keys }: Group6, position: number, { details }: IntelTable, detail: number): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < 4; at++) view.setUint32(at * 4, keys[position * 4 + at]!);
  const address = formatAddress(bytes, 0);
  const port = details.ports[detail]!;
  return prefix < 128 ? `${address}/${prefix}` : port === 0 ? address : `[${address}]:${port}`;
}
