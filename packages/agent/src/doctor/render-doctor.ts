import type { CheckStatus, DoctorCheck, DoctorReport } from './report.ts';

export interface RenderOptions {
  readonly colour?: boolean;
  /** `ok`, `!!` and `XX` instead of symbols, for terminals without UTF-8. */
  readonly ascii?: boolean;
}

const SYMBOLS: Readonly<Record<CheckStatus, readonly [symbol: string, ascii: string, sgr: string]>> = {
  ok: ['✓', 'ok', '32'],
  warn: ['!', '!!', '33'],
  fail: ['✗', 'XX', '31'],
};

/** The report as plain text: a line a check, and under what is missing what is lost and what to do. Ends with a newline. */
export function renderDoctor(report: DoctorReport, options: RenderOptions = {}): string {
  const width = Math.max(...report.checks.map((check) => check.title.length));
  const lines = report.checks.flatMap((check) => renderCheck(check, width, options));
  return `${[...lines, '', verdict(report)].join('\n')}\n`;
}

function renderCheck(check: DoctorCheck, width: number, options: RenderOptions): string[] {
  const [symbol, ascii, sgr] = SYMBOLS[check.status];
  const text = options.ascii ? ascii : symbol;
  const mark = options.colour ? `\u001b[${sgr}m${text}\u001b[0m` : text;
  const indent = ' '.repeat(text.length + 1);
  const lines = [`${mark} ${check.title.padEnd(width)}  ${check.detail}`];
  if (check.status === 'ok') return lines;
  if (check.lost !== '') lines.push(`${indent}${' '.repeat(width)}  lost: ${check.lost}`);
  if (check.fix !== '') lines.push(`${indent}${' '.repeat(width)}  do:   ${check.fix}`);
  return lines;
}

function verdict(report: DoctorReport): string {
  const failed = report.checks.filter((check) => check.required && check.status === 'fail').length;
  const warned = report.checks.filter((check) => check.status !== 'ok').length - failed;
  const things = (count: number) => `${count} ${count === 1 ? 'thing' : 'things'}`;
  const them = failed === 1 ? 'it' : 'each';
  if (report.failed) return `NetGuard cannot run here: ${things(failed)} missing. Do what stands under ${them} above.`;
  return warned === 0
    ? 'NetGuard can run here with everything.'
    : `NetGuard can run here; ${things(warned)} could be better.`;
}
