import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PAGE = 'docs/reference/kernels.md';
const BEGIN = '<!-- written by `npm run test:kernels` -->';
const END = '<!-- end -->';

/** Puts the tables between the two marks of the page; the text around them stays. Returns the page's path. */
export function writePage(lines: readonly string[]): string {
  const path = resolve(import.meta.dirname, '../..', PAGE);
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has lost the marks around its tables: ${BEGIN} and ${END}`);
  writeFileSync(path, `${page.slice(0, from + BEGIN.length)}\n\n${lines.join('\n')}\n\n${page.slice(to)}`);
  return PAGE;
}
