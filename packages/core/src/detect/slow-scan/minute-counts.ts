const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Counts by minute over an hour, so that fast minutes can be told from slow ones. */
export class MinuteCounts {
  readonly #counts = new Uint16Array(MINUTES);
  #newest = Number.NaN;

  add(timeMs: number): void {
    const at = this.#advance(timeMs);
    if (this.#counts[at]! < 0xffff) this.#counts[at] = this.#counts[at]! + 1;
  }

  /** The sum over the last `windowMs`, without the minutes that hold more than `fast`. */
  slow(nowMs: number, windowMs: number, fast: number): number {
    this.#advance(nowMs);
    let sum = 0;
    const minutes = Math.min(MINUTES, Math.ceil(windowMs / MINUTE_MS));
    for (let i = 0; i < minutes; i++) {
      const count = this.#counts[(((this.#newest - i) % MINUTES) + MINUTES) % MINUTES]!;
      if (count <= fast) sum += count;
    }
    return sum;
  }

  #advance(timeMs: number): number {
    const minute = Math.floor(timeMs / MINUTE_MS);
    if (minute > this.#newest) {
      const passed = Math.min(minute - this.#newest, MINUTES);
      for (let i = 0; i < passed; i++) this.#counts[(minute - i) % MINUTES] = 0;
      this.#newest = minute;
    } else if (!(this.#newest - minute < MINUTES)) {
      this.#counts.fill(0);
      this.#newest = minute;
    }
    return this.#newest % MINUTES;
  }
}
