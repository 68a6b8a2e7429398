import type { EntryDetails, IntelKind } from '../intel.ts';

/** Takes what a format found, one entry at a time. */
export interface EntrySink {
  /** `where`: the line, or the place of an entry in JSON; from 1. */
  entry(where: number, value: string, details?: EntryDetails, how?: EntryKind): void;
  /** Something that is no entry by its kind: an indicator of files, an entry that was revoked. */
  skip(): void;
  /** Something that should have been an entry. */
  bad(where: number, text: string, problem: string): void;
}

export interface EntryKind {
  /** Over what the list says. */
  readonly kind?: IntelKind | undefined;
  /** Names stand for all names below them too. */
  readonly subdomains?: boolean;
}

/** Longer lines hold no entry. */
const LONGEST_LINE = 8192;

/** Calls `each` with every line that is neither empty nor too long, without its end. */
export function forEachLine(text: string, sink: EntrySink, each: (line: string, number: number) => void): void {
  let number = 0;
  for (let from = text.charCodeAt(0) === 0xfeff ? 1 : 0; from < text.length; ) {
    number++;
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    if (end - from > LONGEST_LINE) sink.bad(number, text.slice(from, from + 60), 'is too long a line');
    else {
      const line = text.slice(from, end).trim();
      if (line !== '') each(line, number);
    }
    from = end + 1;
  }
}
