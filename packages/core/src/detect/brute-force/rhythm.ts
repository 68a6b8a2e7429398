/** Intervals behind a judgement, and their spread (deviation by mean) below which a timer made them. */
const SAMPLES = 7;
const SPREAD = 0.1;
const SHORTEST_MS = 10_000;
/** A tool that guesses one after the other is regular too, where the server makes it wait; but it hardly rests in between. */
const BUSY_SHARE = 0.3;
/** Older intervals weigh half as much each time so many have come. */
const HALVE_AT = 60;

/** Whether sessions begin at even intervals, not shorter than ten seconds (Welford's mean and squares). */
export class Rhythm {
  #lastStartMs = Number.NaN;
  #intervals = 0;
  #meanMs = 0;
  #squares = 0;
  #busyMs = 0;

  add(startMs: number, durationMs: number): void {
    const intervalMs = startMs - this.#lastStartMs;
    this.#lastStartMs = startMs;
    if (Number.isNaN(intervalMs)) return;
    if (this.#intervals >= HALVE_AT) {
      this.#intervals /= 2;
      this.#squares /= 2;
      this.#busyMs /= 2;
    }
    this.#intervals++;
    this.#busyMs += durationMs;
    const off = intervalMs - this.#meanMs;
    this.#meanMs += off / this.#intervals;
    this.#squares += off * (intervalMs - this.#meanMs);
  }

  get isTimer(): boolean {
    if (this.#intervals < SAMPLES || this.#meanMs < SHORTEST_MS) return false;
    if (this.#busyMs / this.#intervals > BUSY_SHARE * this.#meanMs) return false;
    return Math.sqrt(this.#squares / this.#intervals) <= SPREAD * this.#meanMs;
  }

  clear(): void {
    this.#lastStartMs = Number.NaN;
    this.#intervals = 0;
    this.#meanMs = 0;
    this.#squares = 0;
    this.#busyMs = 0;
  }
}
