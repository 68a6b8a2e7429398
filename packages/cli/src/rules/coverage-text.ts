import type { FileCoverage, RefusedKeyword, RuleCoverage } from '@netguard/core';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';
import { type TableColumn, table } from '../text/table.ts';

/** What `rules check` prints for people: a line a file, refused rules by keyword with the first of them, a sum. */
export function coverageText(coverage: RuleCoverage, milliseconds: number, lines: number, palette: Palette): string[] {
  const refused = coverage.refusedBy.flatMap((keyword) => refusedText(keyword, lines, palette));
  return [
    ...table(FILE_COLUMNS, coverage.files),
    ...(refused.length > 0 ? ['', 'refused:', ...refused] : []),
    '',
    sumText(coverage, milliseconds),
  ];
}

function number(title: string, key: 'loaded' | 'refused' | 'disabled' | 'superseded'): TableColumn<FileCoverage> {
  return { title, align: 'right', value: (file) => (file[key] === 0 ? '–' : String(file[key])) };
}

const FILE_COLUMNS: readonly TableColumn<FileCoverage>[] = [
  number('LOADED', 'loaded'),
  number('REFUSED', 'refused'),
  number('SUPERSEDED', 'superseded'),
  number('SWITCHED OFF', 'disabled'),
  { title: 'FILE', value: ({ file }) => file },
];

function refusedText({ keyword, rules, problems }: RefusedKeyword, lines: number, palette: Palette): string[] {
  const listed = problems.slice(0, lines).map(({ file, line, column, reason, sid }) => {
    const rule = sid === undefined ? '' : ` (sid ${sid})`;
    return `    ${palette.dim(`${safeText(file)}:${line}:${column}`)}  ${safeText(reason)}${rule}`;
  });
  const rest = rules - listed.length;
  return [`  ${safeText(keyword)}: ${rules}`, ...listed, ...(rest > 0 && lines > 0 ? [`    … ${rest} more`] : [])];
}

function sumText({ loaded, refused, superseded }: RuleCoverage, milliseconds: number): string {
  const all = loaded + refused + superseded;
  const share = all === 0 ? 100 : Math.floor(((loaded + superseded) * 1000) / all) / 10;
  const newer = superseded === 0 ? '' : `, ${superseded} superseded by a newer revision`;
  return `${loaded} of ${all} rules loaded${newer}, ${refused} refused: ${share} % can be honoured, read in ${Math.round(milliseconds)} ms`;
}
