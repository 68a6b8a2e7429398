import type { Severity } from '../alert/alert.ts';

/** What a list may name by a hash or text of a protocol's first words. */
export type FingerprintKind = 'ja3' | 'ja3s' | 'ja4' | 'hassh' | 'hassh-server';

/** Kinds that a value cannot be told to be by its looks (hashes), or that a list is restricted to. */
export type IntelKind = 'address' | 'domain' | 'url' | FingerprintKind | 'certificate';

/** A list whose entries never make a finding, whatever other lists say. */
export const ALLOW_CATEGORY = 'allow';
/** Hosts that probe all of the Internet by profession: they excuse what comes in from them, not what a pod sends to them. */
export const SCANNER_CATEGORY = 'known-scanner';

export interface IntelHit {
  readonly list: string;
  readonly category: string;
  readonly severity?: Severity;
  /** As a list would write it: `198.51.100.0/24`, `198.51.100.7:443`, `.example.org`, `example.org/path`, a hash. */
  readonly entry: string;
  readonly reference?: string;
  readonly expiresMs?: number;
  /** Address hits: the list of known scanners that names it too. */
  readonly scannerList?: string;
}

/**
 * Look-ups in all lists at once; the first list that knows the value answers, and allow lists win over it. Undefined: nobody
 * knows it. With `atMs` (epoch milliseconds of the event) entries that have expired by then are passed over. Nothing throws:
 * text that is no address or name is in no list.
 */
export interface IntelLookup {
  address(ip: string, port: number, atMs?: number): IntelHit | undefined;
  domain(name: string, atMs?: number): IntelHit | undefined;
  /** `host` may have a port; `target` is a path with or without a query. */
  url(host: string, target: string, atMs?: number): IntelHit | undefined;
  fingerprint(kind: FingerprintKind, value: string, atMs?: number): IntelHit | undefined;
  /** SHA-1 or SHA-256 of a certificate's DER, hexadecimal. */
  certificate(hash: string, atMs?: number): IntelHit | undefined;
}

/** What a list says of an entry beside its value. */
export interface EntryDetails {
  readonly category?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly reference?: string | undefined;
  readonly expiresMs?: number | undefined;
}

/** Addresses of one entry: 128 bits in four words, most significant first; IPv4 is the last word alone. */
export interface AddressItem {
  readonly kind: 'address';
  readonly family: 4 | 6;
  readonly words: readonly [number, number, number, number];
  readonly prefix: number;
  /** 0: any. */
  readonly port: number;
}

export interface DomainItem {
  readonly kind: 'domain';
  /** ASCII, lower case, no dot at either end. */
  readonly name: string;
  readonly itself: boolean;
  readonly below: boolean;
}

export interface UrlItem {
  readonly kind: 'url';
  /** With its port unless that is 80 or 443. */
  readonly host: string;
  /** Begins with `/`. With a query only where that must be the same. */
  readonly target: string;
}

export interface FingerprintItem {
  readonly kind: FingerprintKind | 'certificate';
  readonly value: string;
}

export type IntelItem = AddressItem | DomainItem | UrlItem | FingerprintItem;
