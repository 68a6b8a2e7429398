/**
 * Bytes of about the last window in four numbers: this window's whole and the previous one's share that still reaches into it
 * (as rate limiters do it). Exact for an even flow.
 */
export class SlidingSum {
  #startMs = Number.NaN;
  #current = 0;
  #previous = 0;

  add(bytes: number, timeMs: number, windowMs: number): void {
    this.#turn(timeMs, windowMs);
    this.#current += bytes;
  }

  sum(nowMs: number, windowMs: number): number {
    this.#turn(nowMs, windowMs);
    const passed = Math.min(1, Math.max(0, (nowMs - this.#startMs) / windowMs));
    return this.#current + this.#previous * (1 - passed);
  }

  #turn(timeMs: number, windowMs: number): void {
    const passed = timeMs - this.#startMs;
    if (passed < windowMs && passed > -windowMs) return;
    const isNext = passed >= windowMs && passed < 2 * windowMs;
    this.#previous = isNext ? this.#current : 0;
    this.#current = 0;
    this.#startMs = isNext ? this.#startMs + windowMs : timeMs;
  }
}
