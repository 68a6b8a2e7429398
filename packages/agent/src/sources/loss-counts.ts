import type { LossObservation } from '@netguard/core';

/**
 * No judgement is less sure for these. Records are left out of the list of flows only: totals, edges and detectors have them.
 * Samples of payload are a choice, and who judges by one has that one.
 */
const RECORDS_ONLY = 'flow_records';
const SAMPLES = /^payload_/;

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
      if (total === before || source === RECORDS_ONLY || SAMPLES.test(source)) continue;
      this.#reported.set(source, total);
      each({ kind: 'loss', timeMs, source, count: total - before });
    }
  }
}
