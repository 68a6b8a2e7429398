import type { Outcome } from './judge.ts';

interface Row {
  readonly category: string;
  readonly files: number;
  readonly found: number;
  readonly observed: number;
  readonly falseAlarms: number;
  readonly suricataAny: number;
  readonly suricataDefault: number;
}

/** What is counted of a category: benign captures by false alarms, all others by what was found. */
export function categoryRows(outcomes: readonly Outcome[]): Row[] {
  const categories = [...new Set(outcomes.map(({ entry }) => entry.category))].sort(
    (a, b) => Number(a === 'benign') - Number(b === 'benign') || (a < b ? -1 : 1),
  );
  return categories.map((category) => {
    const own = outcomes.filter(({ entry }) => entry.category === category);
    const count = (test: (outcome: Outcome) => boolean): number => own.filter(test).length;
    return {
      category,
      files: own.length,
      found: count(({ verdict }) => verdict === 'found'),
      observed: count(({ verdict }) => verdict === 'observed'),
      falseAlarms: count(({ verdict }) => verdict === 'false alarm'),
      suricataAny: count(({ entry }) => entry.suricataAny > 0),
      suricataDefault: count(({ entry }) => entry.suricataDefault > 0),
    };
  });
}

const HEADS = [
  'category',
  'captures',
  'found',
  'only observed',
  'missed',
  'false alarms',
  'Suricata, any',
  'Suricata, default',
];

/** The rows as cells, in the order of HEADS. */
export function categoryCells(outcomes: readonly Outcome[]): string[][] {
  return categoryRows(outcomes).map((row) => {
    const isBenign = row.category === 'benign';
    const missed = row.files - row.found - row.observed;
    return [
      row.category,
      String(row.files),
      ...(isBenign
        ? ['', '', '', String(row.falseAlarms)]
        : [share(row.found, row.files), String(row.observed), String(missed), '']),
      `${row.suricataAny}${isBenign ? ' false' : ''}`,
      `${row.suricataDefault}${isBenign ? ' false' : ''}`,
    ];
  });
}

export function categoryTable(outcomes: readonly Outcome[]): string[] {
  return aligned([HEADS, ...categoryCells(outcomes)]);
}

export function categoryMarkdown(outcomes: readonly Outcome[]): string[] {
  return [HEADS, HEADS.map(() => '---'), ...categoryCells(outcomes)].map((cells) => `| ${cells.join(' | ')} |`);
}

/** One capture a row, with the rules that spoke; those in brackets are of detectors that only observe. */
export function fileTable(outcomes: readonly Outcome[]): string[] {
  return aligned([
    ['capture', 'verdict', 'rules', 'Suricata', 'expected'],
    ...outcomes.map(({ entry, verdict, alerts, observed }) => [
      entry.file,
      verdict,
      [
        ...new Set(alerts.map(({ rule, severity }) => `${rule} ${severity}`)),
        ...new Set(observed.map(({ rule }) => `(${rule})`)),
      ].join(', ') || '-',
      `${entry.suricataAny}/${entry.suricataDefault}`,
      entry.expected,
    ]),
  ]);
}

function share(count: number, of: number): string {
  return `${count} (${Math.round((count * 100) / of)} %)`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
