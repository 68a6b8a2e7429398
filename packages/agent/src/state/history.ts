/** Samples kept: one minute at the default tick of one second. */
export const HISTORY_SAMPLES = 60;

/** The last samples of one rate, for a sparkline. */
export class History {
  readonly #samples = new Float64Array(HISTORY_SAMPLES);
  #next = 0;
  #size = 0;

  push(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % HISTORY_SAMPLES;
    this.#size = Math.min(HISTORY_SAMPLES, this.#size + 1);
  }

  /** Oldest first, rounded to whole numbers. */
  values(): number[] {
    const first = this.#next - this.#size + HISTORY_SAMPLES;
    return Array.from({ length: this.#size }, (_, index) =>
      Math.round(this.#samples[(first + index) % HISTORY_SAMPLES] ?? 0),
    );
  }
}
