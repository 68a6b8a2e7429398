/** `BENCH_QUICK=1` runs a benchmark with small sizes, to see that it works: its figures mean nothing. */
export const isQuick = process.env.BENCH_QUICK === '1';

/** The size to measure with, or the small one of a quick run. */
export function size(full: number, quick: number): number {
  return isQuick ? quick : full;
}
