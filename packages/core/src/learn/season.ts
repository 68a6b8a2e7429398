const HOUR_MS = 3_600_000;
export const HOURS_OF_WEEK = 168;
/** Weeks over which an hour's mean fades. */
const WEEKS = 4;

/** One hour of the week: its number (0 is Thursday 00:00 UTC, as 1970 began), its mean and how many weeks are behind it. */
export type SeasonHour = readonly [hour: number, mean: number, weeks: number];

/** The mean of each hour of the week. 0.8 KB, made once the first hour is over. */
export class Season {
  readonly #means = new Float32Array(HOURS_OF_WEEK);
  readonly #weeks = new Uint8Array(HOURS_OF_WEEK);

  /** Takes in the mean of an hour that is over. */
  add(hourOfWeek: number, mean: number): void {
    const weeks = this.#weeks[hourOfWeek] ?? 0;
    const before = this.#means[hourOfWeek] ?? 0;
    this.#means[hourOfWeek] = before + (mean - before) / Math.min(weeks + 1, WEEKS);
    if (weeks < 255) this.#weeks[hourOfWeek] = weeks + 1;
  }

  /** What is usual at this time; undefined when that hour was never watched. */
  meanAt(timeMs: number): number | undefined {
    const hour = hourOfWeek(timeMs);
    return (this.#weeks[hour] ?? 0) > 0 ? this.#means[hour] : undefined;
  }

  get hours(): SeasonHour[] {
    const hours: SeasonHour[] = [];
    for (let hour = 0; hour < HOURS_OF_WEEK; hour++) {
      const weeks = this.#weeks[hour] ?? 0;
      if (weeks > 0) hours.push([hour, Number((this.#means[hour] ?? 0).toPrecision(5)), weeks]);
    }
    return hours;
  }

  static from(hours: readonly SeasonHour[]): Season {
    const season = new Season();
    for (const [hour, mean, weeks] of hours) {
      season.#means[hour] = mean;
      season.#weeks[hour] = Math.min(255, weeks);
    }
    return season;
  }
}

/** The hour of the week a time falls in, 0 to 167. */
export function hourOfWeek(timeMs: number): number {
  return hourOf(timeMs) % HOURS_OF_WEEK;
}

/** Hours since 1970. */
export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}

/** Each hour by the weeks behind it: associative and commutative but for rounding. */
export function mergeSeasons(a: readonly SeasonHour[], b: readonly SeasonHour[]): SeasonHour[] {
  const merged = new Map<number, SeasonHour>();
  for (const [hour, mean, weeks] of [...a, ...b]) {
    const [, otherMean, otherWeeks] = merged.get(hour) ?? [hour, 0, 0];
    const all = weeks + otherWeeks;
    merged.set(hour, [hour, all === 0 ? 0 : (mean * weeks + otherMean * otherWeeks) / all, all]);
  }
  return [...merged.values()].sort(([x], [y]) => x - y);
}
