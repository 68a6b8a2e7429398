/** Waits that double up to a limit, each with half of it left to chance so that many agents do not come back at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(firstMs: number, maxMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** Milliseconds until the next try. */
  next(): number {
    const wholeMs = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#tries, 30));
    this.#tries++;
    return wholeMs * (0.5 + this.#random() / 2);
  }

  /** It worked. */
  reset(): void {
    this.#tries = 0;
  }
}
