import { parseAddress, parseIPv4 } from '../address.ts';
import type { Severity } from '../alert/alert.ts';
import { domainName } from './domain-name.ts';
import {
  ALLOW_CATEGORY,
  type FingerprintKind,
  type IntelHit,
  type IntelItem,
  type IntelLookup,
  SCANNER_CATEGORY,
} from './intel.ts';
import { urlHost } from './intel-value.ts';
import { detailsOf } from './table/details.ts';
import type { IntelTable } from './table/intel-table.ts';
import {
  ANY_PORT,
  searchAddress4,
  searchAddress6,
  searchDomain,
  searchMark,
  searchUrl,
  type TableMatch,
} from './table/search.ts';

/** A list in use. Plain data: it crosses to the thread that detects. */
export interface IntelList {
  readonly name: string;
  /** `allow` and `known-scanner` have a meaning of their own; any other is for the reader. */
  readonly category: string;
  readonly severity?: Severity;
  /** When the whole list has become too old; entries may expire earlier. */
  readonly expiresMs?: number;
  readonly table: IntelTable;
}

type Search = (table: IntelTable, atMs: number) => TableMatch | undefined;

const ANY_TIME = Number.NEGATIVE_INFINITY;

/** Look-ups in lists, which can be exchanged for others at any time. */
export class IntelLists implements IntelLookup {
  #listed: readonly IntelList[] = [];
  #allowed: readonly IntelList[] = [];
  #scanners: readonly IntelList[] = [];

  /** From now on these alone, all at once. The first that knows a value answers. */
  set(lists: readonly IntelList[]): void {
    this.#allowed = lists.filter(({ category }) => category === ALLOW_CATEGORY);
    this.#scanners = lists.filter(({ category }) => category === SCANNER_CATEGORY);
    this.#listed = lists.filter((list) => !this.#allowed.includes(list) && !this.#scanners.includes(list));
  }

  address(ip: string, port: number, atMs = ANY_TIME): IntelHit | undefined {
    if (this.#listed.length === 0) return undefined;
    const search = addressSearch(ip, port);
    if (search === undefined) return undefined;
    const hit = this.#find(search, atMs);
    if (hit === undefined) return undefined;
    const scanner = firstHit(this.#scanners, search, atMs);
    return scanner === undefined ? hit : { ...hit, scannerList: scanner.list };
  }

  domain(name: string, atMs = ANY_TIME): IntelHit | undefined {
    if (this.#listed.length === 0) return undefined;
    const lower = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
    return this.#find((table, now) => searchDomain(table, lower, now), atMs);
  }

  url(host: string, target: string, atMs = ANY_TIME): IntelHit | undefined {
    if (this.#listed.length === 0) return undefined;
    const known = urlHost(host);
    if (known === undefined) return undefined;
    const hit = this.#find((table, now) => searchUrl(table, known, target, now), atMs);
    return hit === undefined || this.#isAllowedHost(known, atMs) ? undefined : hit;
  }

  fingerprint(kind: FingerprintKind, value: string, atMs = ANY_TIME): IntelHit | undefined {
    if (this.#listed.length === 0) return undefined;
    return this.#find((table, now) => searchMark(table, kind, value.toLowerCase(), now), atMs);
  }

  certificate(hash: string, atMs = ANY_TIME): IntelHit | undefined {
    if (this.#listed.length === 0) return undefined;
    return this.#find((table, now) => searchMark(table, 'certificate', hash.toLowerCase(), now), atMs);
  }

  /** What every list says of a value, allow lists too, in the order of the lists. */
  all(item: IntelItem, atMs = ANY_TIME): IntelHit[] {
    const search = itemSearch(item);
    return [...this.#listed, ...this.#allowed, ...this.#scanners].flatMap(
      (list) => firstHit([list], search, atMs) ?? [],
    );
  }

  #find(search: Search, atMs: number): IntelHit | undefined {
    const hit = firstHit(this.#listed, search, atMs);
    return hit === undefined || firstHit(this.#allowed, search, atMs) !== undefined ? undefined : hit;
  }

  /** Who is allowed is allowed with all its paths. */
  #isAllowedHost(host: string, atMs: number): boolean {
    if (this.#allowed.length === 0) return false;
    const bare = host.replace(/:\d+$/, '');
    const search = addressSearch(bare.replace(/^\[|\]$/g, ''), 0) ?? domainSearch(bare);
    return firstHit(this.#allowed, search, atMs) !== undefined;
  }
}

function firstHit(lists: readonly IntelList[], search: Search, atMs: number): IntelHit | undefined {
  for (const { name, category, severity, expiresMs = Number.POSITIVE_INFINITY, table } of lists) {
    if (expiresMs <= atMs) continue;
    const match = search(table, atMs);
    if (match === undefined) continue;
    const own = detailsOf(table.details, match.detail);
    const ends = Math.min(own.expiresMs ?? Number.POSITIVE_INFINITY, expiresMs);
    const grave = own.severity ?? severity;
    return {
      list: name,
      category: own.category ?? category,
      ...(grave === undefined ? undefined : { severity: grave }),
      entry: match.entry,
      ...(own.reference === undefined ? undefined : { reference: own.reference }),
      ...(ends === Number.POSITIVE_INFINITY ? undefined : { expiresMs: ends }),
    };
  }
  return undefined;
}

function addressSearch(ip: string, port: number): Search | undefined {
  const word = parseIPv4(ip);
  if (word >= 0) return (table, atMs) => searchAddress4(table, word, port, atMs);
  const bytes = ip.includes(':') ? parseAddress(ip) : undefined;
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  const words = [0, 4, 8, 12].map((at) => view.getUint32(at));
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
    return (table, atMs) => searchAddress4(table, words[3]!, port, atMs);
  }
  return (table, atMs) => searchAddress6(table, words, port, atMs);
}

function domainSearch(name: string): Search {
  return (table, atMs) => searchDomain(table, domainName(name) ?? name, atMs);
}

function itemSearch(item: IntelItem): Search {
  if (item.kind === 'domain') return domainSearch(item.name);
  if (item.kind === 'url') return (table, atMs) => searchUrl(table, item.host, item.target, atMs);
  if (item.kind !== 'address') return (table, atMs) => searchMark(table, item.kind, item.value, atMs);
  const { family, words } = item;
  const port = item.port === 0 ? ANY_PORT : item.port;
  return family === 4
    ? (table, atMs) => searchAddress4(table, words[3], port, atMs)
    : (table, atMs) => searchAddress6(table, words, port, atMs);
}
