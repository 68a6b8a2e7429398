import { Lru } from '../sketch/lru.ts';

const INSIDE = 4096;
const OUTSIDE = 8192;

interface Suspect {
  failures: number;
  lastMs: number;
}

/**
 * Sources that failed lately, the only ones whose successes matter. Inside and outside have a quota each, and a source that
 * failed a few times keeps its place before one that did once: a spoofed flood, in which nobody comes twice, evicts nobody.
 */
export class Suspects {
  readonly #forgetMs: number;
  readonly #inside = new Lru<string, Suspect>(INSIDE, isKept);
  readonly #outside = new Lru<string, Suspect>(OUTSIDE, isKept);

  /** @param forgetMs a source without a failure for so long is no suspect. */
  constructor(forgetMs: number) {
    this.#forgetMs = forgetMs;
  }

  fail(sourceKey: string, isOutside: boolean, timeMs: number): void {
    const table = isOutside ? this.#outside : this.#inside;
    const known = table.get(sourceKey);
    if (known === undefined) table.set(sourceKey, { failures: 1, lastMs: timeMs });
    else {
      known.failures++;
      known.lastMs = timeMs;
    }
  }

  has(sourceKey: string, isOutside: boolean, nowMs: number): boolean {
    const table = isOutside ? this.#outside : this.#inside;
    if (table.size === 0) return false;
    const known = table.peek(sourceKey);
    return known !== undefined && nowMs - known.lastMs <= this.#forgetMs;
  }

  get state() {
    return {
      entries: this.#inside.size + this.#outside.size,
      capacity: INSIDE + OUTSIDE,
      evicted: this.#inside.evicted + this.#outside.evicted,
    };
  }
}

function isKept({ failures }: Suspect): boolean {
  return failures >= 3;
}
