import { readCsv, readIpReputation } from './formats/csv.ts';
import { readDataset } from './formats/dataset.ts';
import type { EntryKind, EntrySink } from './formats/entry-sink.ts';
import { readHosts, readMaltrail, readPlain } from './formats/lines.ts';
import { readMisp } from './formats/misp.ts';
import { readStix } from './formats/stix.ts';
import type { EntryDetails, IntelKind } from './intel.ts';
import { parseIntelValue } from './intel-value.ts';
import { isOwnRange } from './own-addresses.ts';
import { type IntelTable, IntelTableBuilder } from './table/intel-table.ts';

export const INTEL_FORMATS = ['plain', 'hosts', 'csv', 'misp', 'stix', 'iprep', 'dataset', 'maltrail'] as const;
export type IntelFormat = (typeof INTEL_FORMATS)[number];

export interface ListOptions {
  readonly format: IntelFormat;
  /** What values are, where their looks do not say it, or only these are meant. */
  readonly kind?: IntelKind | undefined;
  /** Names stand for all names below them too. */
  readonly subdomains?: boolean | undefined;
  /** CSV: number (from 1) or name. */
  readonly column?: number | string | undefined;
  readonly header?: boolean | undefined;
  /** IP reputation: the text of the categories file, and the lowest score that counts. */
  readonly categories?: string | undefined;
  readonly minScore?: number | undefined;
  /** Take private, loopback and reserved addresses too. */
  readonly allowOwn?: boolean | undefined;
}

export interface BadLine {
  readonly line: number;
  readonly text: string;
  readonly problem: string;
}

export interface ReadList {
  readonly table: IntelTable;
  readonly duplicates: number;
  /** What is no entry by its kind. */
  readonly skipped: number;
  /** What should have been an entry and is none; the first few of them. */
  readonly bad: number;
  readonly firstBad: readonly BadLine[];
  /** Private, loopback and reserved addresses, which are not taken. */
  readonly own: number;
  /** Entries beyond MOST_ENTRIES. */
  readonly tooMany: number;
}

const FIRST_BAD = 5;
const SHOWN = 80;

/** Entries of the text of one list. Never throws; JSON that is none is one bad line. Linear in the text. */
export function readList(text: string, options: ListOptions): ReadList {
  const reader = new ListReader(options);
  switch (options.format) {
    case 'plain':
      readPlain(text, reader);
      break;
    case 'hosts':
      readHosts(text, reader);
      break;
    case 'csv':
      readCsv(text, reader, { column: options.column ?? 1, header: options.header });
      break;
    case 'iprep':
      readIpReputation(text, reader, { categories: options.categories ?? '', minScore: options.minScore ?? 1 });
      break;
    case 'dataset':
      readDataset(text, reader, options.kind);
      break;
    case 'maltrail':
      readMaltrail(text, reader);
      break;
    case 'misp':
      fromJson(text, reader, readMisp);
      break;
    case 'stix':
      fromJson(text, reader, readStix);
      break;
  }
  return reader.finish();
}

function fromJson(text: string, reader: ListReader, read: (json: unknown, sink: EntrySink) => void): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    reader.bad(1, text, error instanceof Error ? `is no JSON (${error.message.slice(0, SHOWN)})` : 'is no JSON');
    return;
  }
  read(json, reader);
}

class ListReader implements EntrySink {
  readonly #options: ListOptions;
  readonly #builder = new IntelTableBuilder();
  readonly #firstBad: BadLine[] = [];
  #bad = 0;
  #skipped = 0;
  #own = 0;
  #tooMany = 0;

  constructor(options: ListOptions) {
    this.#options = options;
  }

  entry(where: number, value: string, details: EntryDetails = {}, how: EntryKind = {}): void {
    const { kind = how.kind, subdomains = how.subdomains ?? false, allowOwn = false } = this.#options;
    /* A format that knows what a value is (MISP, STIX) is right; a list that wants only one kind skips the others. */
    if (how.kind !== undefined && kind !== how.kind) {
      this.#skipped++;
      return;
    }
    const item = parseIntelValue(value, kind, subdomains);
    if ('problem' in item) this.bad(where, value, item.problem);
    else if (item.kind === 'address' && !allowOwn && isOwnRange(item.family, item.words, item.prefix)) this.#own++;
    else if (!this.#builder.add(item, details)) this.#tooMany++;
  }

  skip(): void {
    this.#skipped++;
  }

  bad(line: number, text: string, problem: string): void {
    this.#bad++;
    if (this.#firstBad.length < FIRST_BAD) this.#firstBad.push({ line, text: text.slice(0, SHOWN), problem });
  }

  finish(): ReadList {
    return {
      ...this.#builder.build(),
      skipped: this.#skipped,
      bad: this.#bad,
      firstBad: this.#firstBad,
      own: this.#own,
      tooMany: this.#tooMany,
    };
  }
}
