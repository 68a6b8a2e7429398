import { BEATS_KEPT, type Beats } from './beats.ts';

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

/** Where values are sorted: scores are asked for by the thousand a second, and nothing of this is kept. */
const sorted = new Float64Array(BEATS_KEPT);

/** `times` and `sizes` of the same beats, in order of time; milliseconds and bytes. 3 to 64 beats. */
export function scoreRhythm(times: readonly number[], sizes: readonly number[]): RhythmScore {
  sortIntervals(times.length, (index) => times[index]!);
  const interval = { score: spread(times.length - 1), median: median(times.length - 1) };
  sortValues(sizes.length, (index) => sizes[index]!);
  const size = { score: spread(sizes.length), median: median(sizes.length) };
  const parts = partCounts(times);
  const hist = Math.max(0, 1 - variation(parts));
  const dur = parts.filter((count) => count > 0).length / parts.length;
  return {
    ts: interval.score,
    ds: size.score,
    hist,
    dur,
    score: (interval.score + size.score + hist + dur) / 4,
    medianInterval: interval.median,
    medianSize: size.median,
  };
}

/** `ts` of the kept beats alone, 3 of them at the least: most rhythms are none by that already. */
export function scoreIntervals(beats: Beats): number {
  sortIntervals(beats.kept, (index) => beats.timeOf(index));
  return spread(beats.kept - 1);
}

/** How alike the values are, 0 to 1, as `ds` is; 3 to 64 of them. */
export function scoreSizes(sizes: readonly number[]): number {
  sortValues(sizes.length, (index) => sizes[index]!);
  return spread(sizes.length);
}

/** The one in the middle, the larger of two; 64 values at the most. */
export function middle(values: readonly number[]): number {
  sortValues(values.length, (index) => values[index]!);
  return sorted[values.length >>> 1]!;
}

function sortIntervals(length: number, timeOf: (index: number) => number): void {
  let before = timeOf(0);
  for (let index = 1; index < length; index++) {
    const time = timeOf(index);
    insert(time - before, index - 1);
    before = time;
  }
}

function sortValues(length: number, valueAt: (index: number) => number): void {
  for (let index = 0; index < length; index++) insert(valueAt(index), index);
}

/** Into the first `length` of `sorted`: so few are sorted fastest like this. */
function insert(value: number, length: number): void {
  let at = length;
  for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
  sorted[at] = value;
}

/** Of the first `length` of `sorted`; not below 0. */
function median(length: number): number {
  return Math.max(0, quantile(length, 0.5));
}

/** ((1 − |Bowley skew|) + (median − MAD) / median) / 2 of the first `length` of `sorted`. */
function spread(length: number): number {
  const middle = median(length);
  if (middle === 0) return 0;
  const q1 = quantile(length, 0.25);
  const q3 = quantile(length, 0.75);
  const range = q3 - q1;
  const isJitter = range <= JITTER_SHARE * middle || middle === q1 || middle === q3;
  const skew = isJitter ? 0 : (q1 + q3 - 2 * middle) / range;
  const steadiness = Math.max(0, (middle - medianDeviation(length, middle)) / middle);
  return (1 - Math.abs(skew) + steadiness) / 2;
}

/** Of the first `length` of `sorted`, linear between neighbours. */
function quantile(length: number, share: number): number {
  const at = (length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

/** The median of the distances from `middle`: the nearest half of the values, taken from the middle outwards. */
function medianDeviation(length: number, middle: number): number {
  let above = 0;
  while (above < length && sorted[above]! < middle) above++;
  let below = above - 1;
  let nearer = 0;
  let deviation = 0;
  for (let count = 0; count <= Math.ceil((length - 1) / 2); count++) {
    const down = below >= 0 ? middle - sorted[below]! : Number.POSITIVE_INFINITY;
    const up = above < length ? sorted[above]! - middle : Number.POSITIVE_INFINITY;
    nearer = deviation;
    deviation = Math.min(down, up);
    if (down <= up) below--;
    else above++;
  }
  return length % 2 === 1 ? deviation : nearer + (deviation - nearer) / 2;
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
