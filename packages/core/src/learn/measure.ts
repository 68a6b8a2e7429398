import { Ewma, type EwmaState } from './ewma.ts';
import type { Baseline } from './learning.ts';
import { hourOf, hourOfWeek, Season, type SeasonHour } from './season.ts';

export interface MeasureState extends EwmaState {
  readonly season: readonly SeasonHour[];
}

/** An hour with fewer samples was not really watched. */
const FEWEST_SAMPLES = 60;

/** One measure of one workload: its mean and spread, and the hours of the week. */
export class Measure {
  readonly #ewma: Ewma;
  #season: Season | undefined;
  #hour = Number.NaN;
  #hourSum = 0;
  #hourSamples = 0;

  constructor(state?: MeasureState) {
    this.#ewma = new Ewma(state);
    if (state && state.season.length > 0) this.#season = Season.from(state.season);
  }

  add(value: number, timeMs: number): void {
    this.#ewma.add(value);
    const hour = hourOf(timeMs);
    if (hour !== this.#hour) this.#turnHour(hour);
    this.#hourSum += value;
    this.#hourSamples++;
  }

  /** `timeMs` only when the hours of the week are to be used. */
  baseline(timeMs: number | undefined): Baseline {
    return this.#ewma.baseline(timeMs === undefined ? undefined : this.#season?.meanAt(timeMs));
  }

  get state(): MeasureState {
    return { ...this.#ewma.state, season: this.#season?.hours ?? [] };
  }

  #turnHour(hour: number): void {
    if (this.#hourSamples >= FEWEST_SAMPLES) {
      this.#season ??= new Season();
      this.#season.add(hourOfWeek(this.#hour * 3_600_000), this.#hourSum / this.#hourSamples);
    }
    this.#hour = hour;
    this.#hourSum = 0;
    this.#hourSamples = 0;
  }
}
