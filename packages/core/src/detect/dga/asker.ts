import type { Endpoint } from '../../endpoint.ts';
import { hash32 } from '../../sketch/hash.ts';
import { RecentHashes } from '../../sketch/recent-hashes.ts';
import { SlidingTally } from '../../sketch/sliding-tally.ts';

const REMEMBERED = 768;
const EXAMPLES = 5;
/** Parts the hashes of domains that did not exist from those of all. */
const MISSING = 0x5bd1e995;
const MEASURES = { asked: 0, missing: 1, generated: 2 } as const;

/** Distinct registered domains within the window. */
export type AskerSums = Readonly<Record<keyof typeof MEASURES, number>>;

/** What one workload asks for. */
export class Asker {
  readonly client: Endpoint;
  server: Endpoint;
  lastMs = Number.NEGATIVE_INFINITY;
  alarmSinceMs = Number.NaN;
  unreported = 0;
  /** The last of its kind that was there: perhaps the one that all the others were tried for. */
  resolved: { readonly domain: string; readonly timeMs: number } | undefined;
  readonly #windowMs: number;
  readonly #known: RecentHashes;
  readonly #tally = new SlidingTally(Object.keys(MEASURES).length);
  #examples: string[] = [];

  constructor(client: Endpoint, server: Endpoint, windowMs: number) {
    this.client = client;
    this.server = server;
    this.#windowMs = windowMs;
    this.#known = new RecentHashes(REMEMBERED, windowMs);
  }

  /** An answer about a domain. True when one more that looks generated does not exist. */
  learn(domain: string, exists: boolean, isUnlikely: boolean, timeMs: number): boolean {
    const hash = hash32(domain);
    if (this.#known.add(hash, timeMs)) this.#add('asked', timeMs);
    if (exists) {
      if (isUnlikely) this.resolved = { domain, timeMs };
      return false;
    }
    if (!this.#known.add(hash ^ MISSING, timeMs)) return false;
    this.#add('missing', timeMs);
    if (!isUnlikely) return false;
    this.#add('generated', timeMs);
    this.#examples = [...this.#examples.slice(1 - EXAMPLES), domain];
    this.lastMs = timeMs;
    this.unreported++;
    return true;
  }

  sums(nowMs: number): AskerSums {
    const sum = (measure: keyof typeof MEASURES) => this.#tally.sum(MEASURES[measure], nowMs, this.#windowMs);
    return { asked: sum('asked'), missing: sum('missing'), generated: sum('generated') };
  }

  get examples(): readonly string[] {
    return this.#examples;
  }

  get isAlarmed(): boolean {
    return !Number.isNaN(this.alarmSinceMs);
  }

  #add(measure: keyof typeof MEASURES, timeMs: number): void {
    this.#tally.add(MEASURES[measure], 1, timeMs, this.#windowMs);
  }
}
