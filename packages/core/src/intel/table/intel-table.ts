import type { EntryDetails, IntelItem } from '../intel.ts';
import { AddressGroupsBuilder, type Group4, type Group6 } from './address-groups.ts';
import { DetailBook, type DetailTable } from './details.ts';
import { MOST_PAIRED } from './sorted-words.ts';
import { type StringTable, StringTableBuilder } from './string-table.ts';

/** All entries of one list: typed arrays and numbers, so that it can be given to another thread as it is. */
export interface IntelTable {
  readonly v4: readonly Group4[];
  readonly v6: readonly Group6[];
  readonly domains: StringTable;
  readonly urls: StringTable;
  /** Fingerprints and certificates: `ja3 <hash>`. */
  readonly marks: StringTable;
  readonly details: DetailTable;
  readonly counts: IntelCounts;
}

/** Entries by what they are. */
export interface IntelCounts {
  readonly addresses: number;
  readonly domains: number;
  readonly urls: number;
  readonly fingerprints: number;
}

/** Flags of a domain. */
export const ITSELF = 1;
export const BELOW = 2;

/** Entries that one list has at most. */
export const MOST_ENTRIES = MOST_PAIRED - 1;

/** Collects the entries of a list and builds its table. */
export class IntelTableBuilder {
  readonly #addresses = new AddressGroupsBuilder();
  readonly #domains = new StringTableBuilder();
  readonly #urls = new StringTableBuilder();
  readonly #marks = new StringTableBuilder();
  readonly #details = new DetailBook();
  #counts = { addresses: 0, domains: 0, urls: 0, fingerprints: 0 };
  #duplicates = 0;

  get size(): number {
    const { addresses, domains, urls, fingerprints } = this.#counts;
    return addresses + domains + urls + fingerprints;
  }

  /** False: the list is full. */
  add(item: IntelItem, details: EntryDetails): boolean {
    if (this.size >= MOST_ENTRIES) return false;
    if (item.kind === 'address') {
      this.#addresses.add(item, this.#details.number(details, item.port));
      this.#counts.addresses++;
      return true;
    }
    const detail = this.#details.number(details, 0);
    if (item.kind === 'domain') {
      const flags = (item.itself ? ITSELF : 0) | (item.below ? BELOW : 0);
      this.#count('domains', this.#domains.add(item.name, detail, flags));
    } else if (item.kind === 'url') {
      this.#count('urls', this.#urls.add(item.host + item.target, detail, 0));
    } else {
      this.#count('fingerprints', this.#marks.add(markText(item.kind, item.value), detail, 0));
    }
    return true;
  }

  /** Usable once. */
  build(): { table: IntelTable; duplicates: number } {
    const { v4, v6, duplicates } = this.#addresses.build();
    this.#counts.addresses -= duplicates;
    const table = {
      v4,
      v6,
      domains: this.#domains.build(),
      urls: this.#urls.build(),
      marks: this.#marks.build(),
      details: this.#details.build(),
      counts: this.#counts,
    };
    return { table, duplicates: this.#duplicates + duplicates };
  }

  #count(what: keyof IntelCounts, isNew: boolean): void {
    if (isNew) this.#counts[what]++;
    else this.#duplicates++;
  }
}

/** What a fingerprint or certificate is looked up by. */
export function markText(kind: string, value: string): string {
  return `${kind} ${value}`;
}

/** Bytes of all arrays of a table. */
export function tableBytes(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + tableBytes(part), 0);
}
