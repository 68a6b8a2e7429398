/** Ticks come once a second; evaluations between them (a threshold event elsewhere) end no span. */
const SHORTEST_MS = 900;
const LONGEST_MS = 5000;

/**
 * Divides time into the spans between ticks. What a source reads by differences once a tick moved in the time since the
 * tick before, so a rate is a count divided by that time, also when a tick came late.
 */
export class FloodClock {
  #lastMs = Number.NaN;

  /** How long the span is that ends now (ms), or undefined when it has only begun. */
  roll(nowMs: number): number | undefined {
    const elapsedMs = nowMs - this.#lastMs;
    if (elapsedMs >= 0 && elapsedMs < SHORTEST_MS) return undefined;
    this.#lastMs = nowMs;
    // The first span, and one in which the clock was set back, are taken for a tick's.
    return elapsedMs >= 0 ? Math.min(Math.max(elapsedMs, 1000), LONGEST_MS) : 1000;
  }
}
