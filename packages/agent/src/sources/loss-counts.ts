import type { LossObservation } from '@netguard/core';

/** Left out of the list of flows only: totals, edges and detectors have them, so no judgement is less sure. */
const RECORDS_ONLY = 'flow_records';

/** What was not delivered, by where it was lost: cumulative, and as observations of what is new. */
export class LossCounts {
  readonly #totals = new Map<string, number>();
  readonly #reported = new Map<string, number>();

  add(source: string, count: number): void {
    if (count > 0) this.#totals.set(source, (this.#totals.get(source) ?? 0) + count);
  }

  /** Takes over a cumulative counter. */
  set(source: string, total: number): void {
    this.#totals.set(source, total);
  }

  /** Cumulative, only what is not zero. */
  totals(): Record<string, number> {
    return Object.fromEntries([...this.#totals].filter(([, count]) => count > 0));
  }

  /** Tells what was lost since the last call. */
  tell(timeMs: number, each: (observation: LossObservation) => void): void {
    for (const [source, total] of this.#totals) {
      const before = this.#reported.get(source) ?? 0;
      if (total === before || source === RECORDS_ONLY) continue;
      this.#reported.set(source, total);
      each({ kind: 'loss', timeMs, source, count: total - before });
    }
  }
}
