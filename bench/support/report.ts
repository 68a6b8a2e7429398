import { machineLine, requireRoot } from './machine.ts';
import { isQuick } from './sizes.ts';

/** Says what is about to be measured and where. */
export function title(name: string, description: string): void {
  requireRoot();
  console.log(`\n== ${name}\n${description}\n${machineLine()}`);
  if (isQuick) console.log('BENCH_QUICK=1: small sizes, the figures mean nothing.');
}

/** Prints rows under their heads; columns after the first are right-aligned. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  console.log(['', line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'));
}

/** A number with so many digits after the point, thousands separated; `-` for what was not measured. */
export function number(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '-';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)}×` : '-';
}

export function mebibytes(bytes: number): string {
  return number(bytes / 1048576, 1);
}
