import type { EarlierFailure } from '../../contacts/first-failures.ts';
import { targetHash } from '../../contacts/pair-counts.ts';
import type { Endpoint } from '../../endpoint.ts';
import { RecentHashes } from '../../sketch/recent-hashes.ts';
import { MinuteCounts } from './minute-counts.ts';

const HOUR_MS = 3_600_000;
/** Twice as many as the highest sensible threshold needs; a source with more is fast. */
const REMEMBERED = 768;
const MAX_TOP = 10;

/** What one source failed on within the hour. */
export class SlowSource {
  source: Endpoint;
  firstMs: number;
  lastMs: number;
  sinceMs = Number.NaN;
  unreported = 0;
  readonly ports: number[] = [];
  readonly targets = new Map<string, Endpoint>();
  readonly #seen = new RecentHashes(REMEMBERED, HOUR_MS);
  readonly #failed = new MinuteCounts();
  #answered: MinuteCounts | undefined;

  constructor(source: Endpoint, timeMs: number) {
    this.source = source;
    this.firstMs = timeMs;
    this.lastMs = timeMs;
  }

  /** The failure before the first that this one was told of. */
  replay({ target, timeMs }: EarlierFailure): void {
    if (this.#seen.add(target, timeMs)) this.#failed.add(timeMs);
  }

  /** True when it was not known. */
  fail(target: Endpoint, ip: string, port: number, timeMs: number): boolean {
    if (!this.#seen.add(targetHash(ip, port), timeMs)) return false;
    this.#failed.add(timeMs);
    this.lastMs = timeMs;
    this.unreported++;
    if (this.targets.size < MAX_TOP && !this.targets.has(ip)) this.targets.set(ip, target);
    if (!this.ports.includes(port)) {
      if (this.ports.length >= MAX_TOP) this.ports.shift();
      this.ports.push(port);
    }
    return true;
  }

  succeed(ip: string, port: number, timeMs: number): void {
    if (!this.#seen.add(targetHash(ip, port), timeMs)) return;
    this.#answered ??= new MinuteCounts();
    this.#answered.add(timeMs);
  }

  failed(nowMs: number, windowMs: number, fast: number): number {
    return this.#failed.slow(nowMs, windowMs, fast);
  }

  failedShare(nowMs: number, windowMs: number): number {
    const failed = this.#failed.slow(nowMs, windowMs, Number.POSITIVE_INFINITY);
    const all = failed + (this.#answered?.slow(nowMs, windowMs, Number.POSITIVE_INFINITY) ?? 0);
    return all === 0 ? 0 : failed / all;
  }
}
