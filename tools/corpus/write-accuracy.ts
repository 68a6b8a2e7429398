import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { categoryMarkdown } from './corpus-tables.ts';
import type { Outcome } from './judge.ts';

const PAGE = 'docs/accuracy.md';
const BEGIN = '<!-- written by `npm run corpus -- --write` -->';
const END = '<!-- end -->';

const NEW_PAGE = `# Accuracy

${BEGIN}
${END}
`;

/** Puts the table between its two marks in docs/accuracy.md; the text around it stays. */
export function writeAccuracy(root: string, outcomes: readonly Outcome[]): string {
  const path = join(root, PAGE);
  const page = existsSync(path) ? readFileSync(path, 'utf8') : NEW_PAGE;
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE} has lost the marks around its table: ${BEGIN} and ${END}`);
  const table = categoryMarkdown(outcomes).join('\n');
  writeFileSync(path, `${page.slice(0, from + BEGIN.length)}\n${table}\n${page.slice(to)}`);
  return PAGE;
}
