import { hash32 } from '../sketch/hash.ts';
import { Lru } from '../sketch/lru.ts';
import { type EarlierFailure, FirstFailures } from './first-failures.ts';
import { targetHash } from './pair-counts.ts';

const INSIDE = 2048;
const OUTSIDE = 4096;

interface Suspect {
  failures: number;
  lastMs: number;
}

/** What a failure makes of its source. */
export interface Suspicion {
  /** It failed on more than one address and port lately; else it is not worth a state of its own. */
  readonly isSuspect: boolean;
  /** The first of them, when this one is the second. */
  readonly earlier: EarlierFailure | undefined;
}

/** Of whom nothing is suspected. */
export const NOT_YET: Suspicion = { isSuspect: false, earlier: undefined };
export const SUSPECTED: Suspicion = { isSuspect: true, earlier: undefined };

/**
 * Sources that failed on two things lately, the only ones whose successes matter. Inside and outside have a quota each, and
 * one that failed more often keeps its place: a spoofed flood, in which nobody comes twice, evicts nobody.
 */
export class Suspects {
  readonly #forgetMs: number;
  readonly #first: FirstFailures;
  readonly #inside = new Lru<string, Suspect>(INSIDE, isKept);
  readonly #outside = new Lru<string, Suspect>(OUTSIDE, isKept);

  /** @param forgetMs a source without a failure for so long is no suspect. */
  constructor(forgetMs: number) {
    this.#forgetMs = forgetMs;
    this.#first = new FirstFailures(forgetMs);
  }

  fail(sourceKey: string, isOutside: boolean, targetIp: string, port: number, timeMs: number): Suspicion {
    const table = isOutside ? this.#outside : this.#inside;
    const known = table.peek(sourceKey);
    if (known !== undefined && timeMs - known.lastMs <= this.#forgetMs) {
      known.failures++;
      // Now and then is enough to stay in place.
      if ((known.failures & 15) === 0) table.get(sourceKey);
      known.lastMs = timeMs;
      return SUSPECTED;
    }
    const target = targetHash(targetIp, port);
    const earlier = this.#first.note(hash32(sourceKey), target, hash32(targetIp), port, timeMs);
    if (earlier === undefined) return NOT_YET;
    table.set(sourceKey, { failures: 2, lastMs: timeMs });
    return { isSuspect: true, earlier };
  }

  /** Whether there are none at all, inside or outside: then nobody's name has to be made to ask. */
  isEmpty(isOutside: boolean): boolean {
    return (isOutside ? this.#outside : this.#inside).size === 0;
  }

  has(sourceKey: string, isOutside: boolean, nowMs: number): boolean {
    const table = isOutside ? this.#outside : this.#inside;
    const known = table.peek(sourceKey);
    return known !== undefined && nowMs - known.lastMs <= this.#forgetMs;
  }

  get state() {
    const first = this.#first.state;
    return {
      entries: this.#inside.size + this.#outside.size + first.entries,
      capacity: INSIDE + OUTSIDE + first.capacity,
      evicted: this.#inside.evicted + this.#outside.evicted + first.evicted,
    };
  }
}

function isKept({ failures }: Suspect): boolean {
  return failures > 2;
}
