import type { Tick } from '../worker/messages.ts';

const WINDOW_MS = 60_000;

/** As many samples of payload as the configuration allows: what is beyond is counted, but nothing works less well than it should. */
export function isByChoice(source: string): boolean {
  return source === 'payload_rate';
}

/** Lost events by source: cumulative as the Worker says them, and what the last minute added. */
export class RecentLoss {
  readonly #totals = new Map<string, number>();
  readonly #recent: { readonly timeMs: number; readonly source: string; readonly count: number }[] = [];

  /** Takes the cumulative counters of a tick and returns what they grew by, by source. */
  update(lost: Tick['lost'], nowMs: number): Map<string, number> {
    const grown = new Map<string, number>();
    for (const [source, value] of Object.entries(lost)) {
      const added = value - (this.#totals.get(source) ?? 0);
      if (added <= 0) continue;
      this.#totals.set(source, value);
      grown.set(source, added);
      this.#remember(source, added, nowMs);
    }
    return grown;
  }

  #remember(source: string, count: number, timeMs: number): void {
    this.#recent.push({ timeMs, source, count });
    this.#expire(timeMs);
  }

  #expire(nowMs: number): void {
    while (this.#recent[0] && this.#recent[0].timeMs < nowMs - WINDOW_MS) this.#recent.shift();
  }

  /** Cumulative, by source. */
  totals(): Record<string, number> {
    return Object.fromEntries(this.#totals);
  }

  lately(nowMs: number): Map<string, number> {
    this.#expire(nowMs);
    const sums = new Map<string, number>();
    for (const { source, count } of this.#recent) sums.set(source, (sums.get(source) ?? 0) + count);
    return sums;
  }
}
