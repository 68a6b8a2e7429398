import { RecentHashes } from '../../sketch/recent-hashes.ts';
import { SlidingCount } from '../../sketch/sliding-count.ts';

/** Ports remembered one by one; beyond that a repeated one may count again. */
const REMEMBERED = 1536;

/** Distinct ports within a window, counted one by one. */
export class PortTally {
  readonly #seen: RecentHashes;
  readonly #count: SlidingCount;

  constructor(windowMs: number) {
    this.#seen = new RecentHashes(REMEMBERED, windowMs);
    this.#count = new SlidingCount(windowMs);
  }

  add(port: number, timeMs: number): boolean {
    const isNew = this.#seen.add(port + 1, timeMs);
    if (isNew) this.#count.add(1, timeMs);
    return isNew;
  }

  distinct(nowMs: number): number {
    return this.#count.sum(nowMs);
  }
}
