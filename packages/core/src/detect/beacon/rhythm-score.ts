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

/** `times` and `sizes` of the same beats, in order of time; milliseconds and bytes. At least three beats. */
export function scoreRhythm(times: readonly number[], sizes: readonly number[]): RhythmScore {
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const interval = spread(intervals);
  const size = spread(sizes);
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

/** ((1 − |Bowley skew|) + (median − MAD) / median) / 2. */
function spread(values: readonly number[]): { score: number; median: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const [q1, median, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  if (median <= 0) return { score: 0, median: 0 };
  const range = q3 - q1;
  const isJitter = range <= JITTER_SHARE * median || median === q1 || median === q3;
  const skew = isJitter ? 0 : (q1 + q3 - 2 * median) / range;
  const deviations = sorted.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  const steadiness = Math.max(0, (median - quantile(deviations, 0.5)) / median);
  return { score: (1 - Math.abs(skew) + steadiness) / 2, median };
}

/** Of sorted values, linear between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
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
