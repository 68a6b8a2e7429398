import { BEATS_KEPT } from './beats.ts';

/**
 * How regular a rhythm is, as RITA v5 scores it (analysis/beacons.go): spread and skew of intervals and sizes, and how evenly
 * the beats fill the time. All scores are 0 to 1.
 */
export interface RhythmScore {
  /** Intervals between beats. */
  readonly ts: number;
  /** Bytes sent per beat. */
  readonly ds: number;
  /** How equal the parts of the time are. */
  readonly hist: number;
  /** Share of the time's parts that have a beat. */
  readonly dur: number;
  /** The mean of the four. */
  readonly score: number;
  readonly medianInterval: number;
  readonly medianSize: number;
}

/** Beats per part of the time, at the least: fewer say nothing of evenness. */
const BEATS_PER_PART = 3;
/** RITA has 24 parts, the hours of a day. */
const MOST_PARTS = 24;
/** Below this share of the median an interquartile range is jitter, whose skew says nothing. RITA: below 10 s, for hours. */
const JITTER_SHARE = 0.1;

/** Where values are sorted: a beacon's score is asked for by the thousand a second, and nothing of it is kept. */
const sorted = new Float64Array(BEATS_KEPT);
const deviations = new Float64Array(BEATS_KEPT);

/**
 * `times` and `sizes` of the same beats, in order of time; milliseconds and bytes, three beats at the least and 64 at the
 * most. Undefined when the intervals score below `leastTs` or the sizes below `leastDs`: most do, and the rest is not asked.
 */
export function scoreRhythm(
  times: readonly number[],
  sizes: readonly number[],
  leastTs = 0,
  leastDs = 0,
): RhythmScore | undefined {
  for (let at = 1; at < times.length; at++) sorted[at - 1] = times[at]! - times[at - 1]!;
  const medianInterval = sortedMedian(times.length - 1);
  const ts = spread(times.length - 1, medianInterval);
  if (ts < leastTs) return undefined;
  for (let at = 0; at < sizes.length; at++) sorted[at] = sizes[at]!;
  const medianSize = sortedMedian(sizes.length);
  const ds = spread(sizes.length, medianSize);
  if (ds < leastDs) return undefined;
  const parts = partCounts(times);
  const hist = Math.max(0, 1 - variation(parts));
  const dur = parts.filter((count) => count > 0).length / parts.length;
  return { ts, ds, hist, dur, score: (ts + ds + hist + dur) / 4, medianInterval, medianSize };
}

/** The one in the middle, the larger of two; 64 values at the most. */
export function middle(values: readonly number[]): number {
  for (let at = 0; at < values.length; at++) sorted[at] = values[at]!;
  sorted.subarray(0, values.length).sort();
  return sorted[values.length >>> 1]!;
}

/** Sorts the first values of `sorted`; their median, not below 0. */
function sortedMedian(length: number): number {
  sorted.subarray(0, length).sort();
  return Math.max(0, quantile(sorted, length, 0.5));
}

/** ((1 − |Bowley skew|) + (median − MAD) / median) / 2 of the first values of `sorted`. */
function spread(length: number, median: number): number {
  if (median <= 0) return 0;
  const q1 = quantile(sorted, length, 0.25);
  const q3 = quantile(sorted, length, 0.75);
  const range = q3 - q1;
  const isJitter = range <= JITTER_SHARE * median || median === q1 || median === q3;
  const skew = isJitter ? 0 : (q1 + q3 - 2 * median) / range;
  for (let at = 0; at < length; at++) deviations[at] = Math.abs(sorted[at]! - median);
  deviations.subarray(0, length).sort();
  const steadiness = Math.max(0, (median - quantile(deviations, length, 0.5)) / median);
  return (1 - Math.abs(skew) + steadiness) / 2;
}

/** Of sorted values, linear between neighbours. */
function quantile(values: Float64Array, length: number, share: number): number {
  const at = (length - 1) * share;
  const low = values[Math.floor(at)]!;
  const high = values[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

/** Beats in each equal part of the time from the first to the last. */
function partCounts(times: readonly number[]): number[] {
  const first = times[0] ?? 0;
  const span = (times.at(-1) ?? first) - first;
  const parts = Math.min(MOST_PARTS, Math.max(2, Math.floor(times.length / BEATS_PER_PART)));
  const counts = new Array<number>(parts).fill(0);
  for (const time of times) {
    const part = span === 0 ? 0 : Math.min(parts - 1, Math.floor(((time - first) / span) * parts));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

/** Standard deviation over mean. */
function variation(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  if (mean === 0) return 1;
  return Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length) / mean;
}
