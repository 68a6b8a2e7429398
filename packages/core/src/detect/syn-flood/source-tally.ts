import type { SynSourceObservation } from '../../observation.ts';

/** Sources that crossed their limit at one listener; the smallest gives way. */
const CAPACITY = 16;
/** A source is heard of once a kernel window while it goes on: two missed windows and a half end it. */
export const SOURCE_GONE_MS = 2500;

export interface SourceTally {
  readonly ip: string;
  syns: number;
  /** Completed per SYN of the last crossing. */
  completionRatio: number;
  windowMs: number;
  lastMs: number;
  /** The last crossing is not judged yet. */
  isFresh: boolean;
  /** Since when it is in alarm by itself; NaN when it is not. */
  alarmSinceMs: number;
  /** First SYNs not yet in a finding, and all since it was first heard of: at least so many, as the kernel stops at the limit. */
  unreported: number;
  total: number;
}

/** The loud sources of one listener. */
export class SourceTallies {
  readonly #byIp = new Map<string, SourceTally>();

  /** Notes a crossing. Counts are of the kernel's window, so the larger of two readings of one window holds. */
  note(crossing: SynSourceObservation): SourceTally {
    let tally = this.#byIp.get(crossing.sourceIp);
    if (tally === undefined) {
      tally = {
        ip: crossing.sourceIp,
        syns: 0,
        completionRatio: 1,
        windowMs: crossing.windowMs,
        lastMs: Number.NEGATIVE_INFINITY,
        isFresh: true,
        alarmSinceMs: Number.NaN,
        unreported: 0,
        total: 0,
      };
      if (this.#byIp.size >= CAPACITY) this.#dropSmallest();
      this.#byIp.set(crossing.sourceIp, tally);
    }
    const isSameWindow = crossing.timeMs - tally.lastMs < crossing.windowMs && crossing.syns > tally.syns;
    const more = isSameWindow ? crossing.syns - tally.syns : crossing.syns;
    tally.unreported += more;
    tally.total += more;
    tally.syns = crossing.syns;
    tally.completionRatio = Math.min(1, crossing.completed / Math.max(1, crossing.syns));
    tally.isFresh = true;
    tally.windowMs = crossing.windowMs;
    tally.lastMs = crossing.timeMs;
    return tally;
  }

  /** Forgets sources that were not heard of lately, or whose time lies ahead of a clock that was set back. */
  sweep(nowMs: number): void {
    for (const [ip, tally] of this.#byIp) {
      if (Math.abs(nowMs - tally.lastMs) > SOURCE_GONE_MS) this.#byIp.delete(ip);
    }
  }

  /** Loudest first. */
  loudest(): SourceTally[] {
    return [...this.#byIp.values()].sort((a, b) => b.syns - a.syns || (a.ip < b.ip ? -1 : 1));
  }

  values(): IterableIterator<SourceTally> {
    return this.#byIp.values();
  }

  get size(): number {
    return this.#byIp.size;
  }

  #dropSmallest(): void {
    const smallest = this.loudest().at(-1);
    if (smallest !== undefined) this.#byIp.delete(smallest.ip);
  }
}
