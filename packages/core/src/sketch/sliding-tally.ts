const SLOTS = 6;

/** Several sums over the last `windowMs`, to a sixth of it, in one piece of memory. As `SlidingCount`, for many at once. */
export class SlidingTally {
  readonly #measures: number;
  readonly #slots: Float64Array;
  #newest = Number.NaN;

  /** @param measures how many sums; they are called by their index. */
  constructor(measures: number) {
    this.#measures = measures;
    this.#slots = new Float64Array(measures * SLOTS);
  }

  add(measure: number, amount: number, timeMs: number, windowMs: number): void {
    const at = this.#advance(timeMs, windowMs) + measure;
    this.#slots[at] = this.#slots[at]! + amount;
  }

  /** What was added to it in the window that ends at `nowMs`. */
  sum(measure: number, nowMs: number, windowMs: number): number {
    this.#advance(nowMs, windowMs);
    let sum = 0;
    for (let at = measure; at < this.#slots.length; at += this.#measures) sum += this.#slots[at]!;
    return sum;
  }

  /** Where the slot of that time begins. A little late counts as new; a clock set back by more than the window begins anew. */
  #advance(timeMs: number, windowMs: number): number {
    const now = Math.floor((timeMs * SLOTS) / windowMs);
    if (now > this.#newest) {
      const passed = Math.min(now - this.#newest, SLOTS);
      for (let back = 0; back < passed; back++) this.#clear((now - back) % SLOTS);
      this.#newest = now;
    } else if (!(this.#newest - now < SLOTS)) {
      this.#slots.fill(0);
      this.#newest = now;
    }
    return (this.#newest % SLOTS) * this.#measures;
  }

  #clear(slot: number): void {
    this.#slots.fill(0, slot * this.#measures, (slot + 1) * this.#measures);
  }
}
