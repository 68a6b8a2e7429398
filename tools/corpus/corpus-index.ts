import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One capture of the corpus: what it holds, and how many kinds of alert Suricata gave with each of two settings. */
export interface CorpusEntry {
  readonly file: string;
  readonly category: string;
  readonly expected: string;
  readonly suricataAny: number;
  readonly suricataDefault: number;
}

/** Reads INDEX.tsv: tab-separated, a head line with the names of the columns. */
export function readIndex(directory: string): CorpusEntry[] {
  const [head = '', ...lines] = readFileSync(join(directory, 'INDEX.tsv'), 'utf8').split('\n');
  const names = head.split('\t');
  const column = (cells: readonly string[], name: string): string => cells[names.indexOf(name)] ?? '';
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const cells = line.split('\t');
      return {
        file: column(cells, 'file'),
        category: column(cells, 'category'),
        expected: column(cells, 'expected'),
        suricataAny: alerts(column(cells, 'suricata7_ET_HOME=any')),
        suricataDefault: alerts(column(cells, 'suricata7_ET_default')),
      };
    });
}

/** `16: ET SCAN …` or `0`. */
function alerts(cell: string): number {
  return Number.parseInt(cell, 10) || 0;
}
