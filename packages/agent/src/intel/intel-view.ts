import type { BadLine, IntelCounts, IntelHit } from '@netguard/core';
import { explainError, tableBytes } from '@netguard/core';
import type { FollowedList } from './followed-list.ts';

/** One list as the API tells of it. */
export interface IntelListView {
  readonly name: string;
  readonly category: string;
  readonly severity?: string;
  readonly format: string;
  /** URL without a query, or file. */
  readonly source: string;
  readonly entries: number;
  readonly counts: IntelCounts;
  readonly bytes: number;
  readonly duplicates: number;
  readonly skipped: number;
  /** Private, loopback and reserved addresses that were refused. */
  readonly own: number;
  readonly tooMany: number;
  readonly bad: number;
  readonly firstBad: readonly BadLine[];
  /** When what is in use was made (a file) or fetched; absent while there is none. RFC 3339. */
  readonly madeAt?: string;
  readonly lastSuccess?: string;
  readonly nextFetch?: string;
  readonly expiresAt?: string;
  readonly isExpired: boolean;
  /** Why the newest could not be had: the one before is in use. */
  readonly problem?: string;
}

/** What all lists say of one value. */
export interface IntelTestView {
  readonly value: string;
  readonly kind: string;
  /** What a detector is told of it; absent where it is told nothing. */
  readonly verdict?: IntelHit;
  /** What each list says, those that allow it too. */
  readonly hits: readonly IntelHit[];
}

const NONE: IntelCounts = { addresses: 0, domains: 0, urls: 0, fingerprints: 0 };

export function intelListView(followed: FollowedList, nowMs: number): IntelListView {
  const { settings, made, list, lastSuccessMs, nextMs, problem } = followed;
  const counts = made?.read.table.counts ?? NONE;
  const { duplicates = 0, skipped = 0, own = 0, tooMany = 0, bad = 0, firstBad = [] } = made?.read ?? {};
  const expiresMs = list?.expiresMs;
  return {
    name: settings.name,
    category: settings.category,
    ...(settings.severity === undefined ? undefined : { severity: settings.severity }),
    format: settings.format,
    source: settings.url === undefined ? (settings.file ?? '') : settings.url.replace(/\?.*/, '?…'),
    entries: entriesOf(counts),
    counts,
    bytes: tableBytes(made?.read.table),
    duplicates,
    skipped,
    own,
    tooMany,
    bad,
    firstBad,
    ...time('madeAt', made?.madeMs),
    ...time('lastSuccess', lastSuccessMs),
    ...time('nextFetch', nextMs),
    ...time('expiresAt', expiresMs),
    isExpired: expiresMs !== undefined && expiresMs <= nowMs,
    ...(problem === undefined ? undefined : { problem: explainError(problem).split('\n', 1)[0]! }),
  };
}

export function entriesOf({ addresses, domains, urls, fingerprints }: IntelCounts): number {
  return addresses + domains + urls + fingerprints;
}

function time<K extends string>(key: K, ms: number | undefined): { readonly [key in K]?: string } {
  return ms === undefined ? {} : ({ [key]: new Date(ms).toISOString() } as { readonly [key in K]: string });
}
