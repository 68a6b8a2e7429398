import type { EntryKind, EntrySink } from './entry-sink.ts';
import { forEachLine } from './entry-sink.ts';

export interface CsvOptions {
  /** Number of the column, from 1, or its name in the header; what stands above the header is passed over then. */
  readonly column: number | string;
  /** Columns by number: the first line that is no comment holds their names. */
  readonly header?: boolean | undefined;
}

const MOST_COLUMNS = 200;

/** Values of one column; commas, semicolons or tabs part columns, whichever the first line has. Lines with `#` are comments. */
export function readCsv(text: string, sink: EntrySink, { column, header = false }: CsvOptions): void {
  let position = typeof column === 'number' ? column - 1 : -1;
  let divider: string | undefined;
  let isHeader = header;
  forEachLine(text, sink, (line, number) => {
    if (position < 0) {
      const head = line.replace(/^#+\s*/, '');
      const names = cells(head, dividerOf(head)).map((name) => name.trim().toLowerCase());
      position = names.indexOf(String(column).toLowerCase());
      if (position >= 0) divider = dividerOf(head);
      return;
    }
    if (line.startsWith('#')) return;
    divider ??= dividerOf(line);
    if (isHeader) {
      isHeader = false;
      return;
    }
    const value = cells(line, divider)[position]?.trim();
    if (value === undefined || value === '') sink.bad(number, line, `has no column ${column}`);
    else sink.entry(number, value);
  });
  if (position < 0) sink.bad(1, String(column), 'is no column of the header');
}

/** Suricata's IP reputation: `address,category,score`; categories are `number,short name,description`. */
export function readIpReputation(
  text: string,
  sink: EntrySink,
  { categories = '', minScore = 1 }: { readonly categories?: string; readonly minScore?: number },
): void {
  const names = new Map<string, string>();
  forEachLine(categories, sink, (line) => {
    const [number = '', name = ''] = cells(line, ',').map((cell) => cell.trim());
    if (/^\d{1,3}$/.test(number) && name !== '') names.set(number, name);
  });
  forEachLine(text, sink, (line, number) => {
    if (line.startsWith('#')) return;
    const [address = '', category = '', score = ''] = cells(line, ',').map((cell) => cell.trim());
    if (!/^\d{1,3}$/.test(score) || Number(score) > 127) sink.bad(number, line, 'has no score from 0 to 127');
    else if (Number(score) < minScore) sink.skip();
    else sink.entry(number, address, { category: names.get(category), reference: `score ${score}` }, ADDRESS);
  });
}

const ADDRESS: EntryKind = { kind: 'address' };

/** Cells of one line, quoted ones without their quotes (RFC 4180, but no cell goes over lines). */
export function cells(line: string, divider: string): string[] {
  const found: string[] = [];
  for (let at = 0; at <= line.length && found.length < MOST_COLUMNS; ) {
    while (line[at] === ' ') at++;
    if (line[at] === '"') {
      const { text, end } = quoted(line, at + 1);
      found.push(text);
      const next = line.indexOf(divider, end);
      at = next < 0 ? line.length + 1 : next + 1;
      continue;
    }
    const next = line.indexOf(divider, at);
    const end = next < 0 ? line.length : next;
    found.push(line.slice(at, end));
    at = end + 1;
  }
  return found;
}

function quoted(line: string, from: number): { text: string; end: number } {
  let text = '';
  for (let at = from; ; ) {
    const quote = line.indexOf('"', at);
    if (quote < 0) return { text: text + line.slice(at), end: line.length };
    text += line.slice(at, quote);
    if (line[quote + 1] !== '"') return { text, end: quote + 1 };
    text += '"';
    at = quote + 2;
  }
}

function dividerOf(line: string): string {
  return [',', ';', '\t'].find((divider) => line.includes(divider)) ?? ',';
}
