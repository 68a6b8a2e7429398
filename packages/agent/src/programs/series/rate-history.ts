import { SERIES_LIMITS } from './limits.ts';

/** The last values of a counter, spaced so that a window has as many points as there is room for. */
export class RateHistory {
  readonly #windowMs: number;
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  push(timeMs: number, value: number): void {
    const [times, values] = [this.#times, this.#values];
    const newest = times.at(-1);
    // A clock that was set back: what was before it says nothing of the time since.
    if (newest !== undefined && timeMs < newest) times.length = values.length = 0;
    const spacing = this.#windowMs / (SERIES_LIMITS.ratePoints - 2);
    const beforeLast = times.at(-2);
    if (beforeLast !== undefined && timeMs - beforeLast < spacing) {
      times.pop();
      values.pop();
    }
    times.push(timeMs);
    values.push(value);
    while (times.length > 2 && (times[1] ?? timeMs) <= timeMs - this.#windowMs) {
      times.shift();
      values.shift();
    }
  }

  /**
   * Growth per second over the last `windowMs`: a time before the first point counts as one without growth. Where no point lies
   * at the window's beginning, the growth between the two beside it is taken to have been even.
   */
  rate(windowMs: number, nowMs: number): number {
    const [times, values] = [this.#times, this.#values];
    const last = values.at(-1);
    if (last === undefined) return 0;
    const start = nowMs - windowMs;
    let base = values[0] ?? last;
    for (let at = 0; at < times.length && times[at]! <= start; at++) {
      const next = times[at + 1];
      base = values[at]!;
      if (next !== undefined && next > start) {
        base += ((values[at + 1]! - base) * (start - times[at]!)) / (next - times[at]!);
      }
    }
    return (Math.max(0, last - base) * 1000) / windowMs;
  }
}
