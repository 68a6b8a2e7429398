import { type Count, isEqual, type KernelReport, type Trial } from '../../test/kernels/report.ts';

/** A kernel that was tried, and what it is called. */
export interface Tried {
  readonly report: KernelReport;
  /** Of the Debian package. */
  readonly version: string;
  readonly suite: string;
}

const NOT_TRIED = '–';

/** Which kernels; what each program came to; what was sent and counted. Markdown, a line each. */
export function kernelTables(tried: readonly Tried[]): string[] {
  return [...kernelTable(tried), '', ...programTable(tried), '', ...countTable(tried)];
}

function kernelTable(tried: readonly Tried[]): string[] {
  const rows = tried.map(({ report, version, suite }) => [
    short(report),
    `${report.release}, ${version} of ${suite}`,
    report.daemon?.result === 'served' ? 'serves' : 'refuses to start',
  ]);
  return table(['Linux', 'Debian package', '`netguard run`'], rows);
}

/** A program's row has the counts that are its own, too. */
function programTable(tried: readonly Tried[]): string[] {
  const names = unique(tried.flatMap(({ report }) => report.trials.map(rowName))).sort();
  const rows = names.map((name) => [
    name,
    ...tried.map(({ report }) => {
      const trial = report.trials.find((each) => rowName(each) === name);
      return trial ? outcome(trial, report.counts) : NOT_TRIED;
    }),
  ]);
  return table(['program', ...tried.map(({ report }) => short(report))], rows);
}

function rowName({ object, program, variant }: Trial): string {
  return `${object}: \`${program}\`${variant ? `, ${variant}` : ''}`;
}

function outcome({ program, loads, attaches, variant }: Trial, counts: readonly Count[]): string {
  if (!loads) return 'refused';
  if (!attaches) return 'loads';
  const own = variant === 'payload off' ? [] : counts.filter((count) => count.program === program);
  if (own.length === 0) return 'attaches';
  return own.every(isEqual) ? 'exact' : 'differs';
}

function countTable(tried: readonly Tried[]): string[] {
  const counts = tried.flatMap(({ report }) => report.counts);
  const keys = unique(counts.map(countName)).sort();
  const rows = keys.map((key) => {
    const of = ({ counts: all }: KernelReport) => all.find((count) => countName(count) === key);
    const sent = unique(tried.flatMap(({ report }) => of(report)?.sent ?? []));
    return [key, sent.join(', '), ...tried.map(({ report }) => cell(of(report)))];
  });
  return table(['counted by', 'what', 'sent', ...tried.map(({ report }) => short(report))], rows);
}

function countName({ program, what }: Count): string {
  return `${program} | ${what}`;
}

function cell(count: Count | undefined): string {
  if (count === undefined) return NOT_TRIED;
  return isEqual(count) ? String(count.counted) : `**${count.counted}**`;
}

function short({ release }: KernelReport): string {
  return /^\d+\.\d+/.exec(release)?.[0] ?? release;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
