import { readFileSync, statSync } from 'node:fs';
import { type IntelList, type ListOptions, NetGuardError, type ReadList, readList } from '@netguard/core';
import type { IntelListSettings } from '../config/intel-schema.ts';
import { shareArrays } from './shared-table.ts';

/** A list that was read, and when what it was read from was made or fetched. */
export interface MadeList {
  readonly read: ReadList;
  readonly madeMs: number;
}

const HINT = 'See docs/guide/threat-intel.md. The last good one stays in use.';

/** Throws NG_ERR_INTEL_LIST when nothing in the text is an entry and something should have been one: it is another format, or an error page. */
export function makeList(text: string, settings: IntelListSettings, madeMs: number): MadeList {
  const read = readList(text, optionsOf(settings));
  const { addresses, domains, urls, fingerprints } = read.table.counts;
  const [first] = read.firstBad;
  if (addresses + domains + urls + fingerprints === 0 && first !== undefined) {
    throw new NetGuardError('NG_ERR_INTEL_LIST', `reading list ${settings.name} as ${settings.format}`, {
      cause: `it has no entry; line ${first.line} ${first.problem}: ${JSON.stringify(first.text)}`,
      hint: HINT,
    });
  }
  return { read: { ...read, table: shareArrays(read.table) }, madeMs };
}

/** What the detectors are given of it. */
export function listInUse(
  { name, category, severity, expireAfterSeconds }: IntelListSettings,
  made: MadeList,
): IntelList {
  return {
    name,
    category,
    ...(severity === undefined ? undefined : { severity }),
    ...(expireAfterSeconds === undefined ? undefined : { expiresMs: made.madeMs + expireAfterSeconds * 1000 }),
    table: made.read.table,
  };
}

/** Reads a list from its file. Throws NG_ERR_INTEL_READ, or as makeList does. */
export function readListFile(file: string, settings: IntelListSettings): MadeList {
  try {
    const { size, mtimeMs } = statSync(file);
    if (size > settings.maxBytes) throw new Error(`${size} bytes are more than maxBytes (${settings.maxBytes})`);
    return makeList(readFileSync(file, 'utf8'), settings, mtimeMs);
  } catch (cause) {
    if (cause instanceof NetGuardError) throw cause;
    throw readError(`reading list ${settings.name}`, cause);
  }
}

/** The list that `intel.allow` is. */
export function allowList(values: readonly string[]): IntelList {
  const { table } = readList(values.join('\n'), { format: 'plain', allowOwn: true });
  return { name: 'intel.allow', category: 'allow', table: shareArrays(table) };
}

function optionsOf(settings: IntelListSettings): ListOptions {
  const { format, kind, column, header, subdomains, minScore, allowOwn, categoriesFile } = settings;
  return {
    format,
    kind,
    header,
    subdomains,
    minScore,
    allowOwn,
    column,
    categories: categoriesFile === undefined ? undefined : readCategories(categoriesFile),
  };
}

/** Up to 60 lines, each short. */
const MOST_CATEGORY_BYTES = 65_536;

function readCategories(file: string): string {
  try {
    if (statSync(file).size > MOST_CATEGORY_BYTES) throw new Error(`more than ${MOST_CATEGORY_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw readError('reading the categories file', cause);
  }
}

function readError(doing: string, cause: unknown): NetGuardError {
  return new NetGuardError('NG_ERR_INTEL_READ', doing, { cause, hint: 'Check the path and its permissions.' });
}
