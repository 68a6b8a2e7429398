/** How much of what happened was not seen, over the last minute or so: two buckets of 30 s, the older one whole. */
export class LossMeter {
  readonly #bucketMs = 30_000;
  #startMs = Number.NaN;
  #seen = 0;
  #lost = 0;
  #seenBefore = 0;
  #lostBefore = 0;

  see(timeMs: number): void {
    if (!(Math.abs(timeMs - this.#startMs) < this.#bucketMs)) this.#rotate(timeMs);
    this.#seen++;
  }

  lose(timeMs: number, count: number): void {
    if (!(Math.abs(timeMs - this.#startMs) < this.#bucketMs)) this.#rotate(timeMs);
    this.#lost += count;
  }

  /** Lost of all that there was, 0 to 1. */
  ratio(nowMs: number): number {
    if (!(Math.abs(nowMs - this.#startMs) < this.#bucketMs)) this.#rotate(nowMs);
    const lost = this.#lost + this.#lostBefore;
    return lost === 0 ? 0 : lost / (lost + this.#seen + this.#seenBefore);
  }

  #rotate(timeMs: number): void {
    const isNext = Math.abs(timeMs - this.#startMs) < 2 * this.#bucketMs;
    this.#seenBefore = isNext ? this.#seen : 0;
    this.#lostBefore = isNext ? this.#lost : 0;
    this.#seen = 0;
    this.#lost = 0;
    this.#startMs = timeMs;
  }
}
