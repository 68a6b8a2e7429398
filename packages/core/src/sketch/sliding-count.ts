const SLOTS = 6;

/** A count over the last `windowMs`, to a sixth of it: what is older than the window is forgotten within a sixth of it. */
export class SlidingCount {
  readonly #slotMs: number;
  readonly #slots: number[] = [0, 0, 0, 0, 0, 0];
  #newest = Number.NaN;

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  add(count: number, timeMs: number): void {
    const slot = this.#advance(timeMs);
    this.#slots[slot] = this.#slots[slot]! + count;
  }

  /** What was added in the window that ends at `nowMs`. */
  sum(nowMs: number): number {
    this.#advance(nowMs);
    let sum = 0;
    for (let slot = 0; slot < SLOTS; slot++) sum += this.#slots[slot]!;
    return sum;
  }

  #advance(timeMs: number): number {
    const now = Math.floor(timeMs / this.#slotMs);
    // A little late counts as new; a clock set back by more than the window begins anew.
    if (now > this.#newest) {
      const passed = Math.min(now - this.#newest, SLOTS);
      for (let i = 0; i < passed; i++) this.#slots[(now - i) % SLOTS] = 0;
      this.#newest = now;
    } else if (!(this.#newest - now < SLOTS)) {
      this.#slots.fill(0);
      this.#newest = now;
    }
    return this.#newest % SLOTS;
  }
}
