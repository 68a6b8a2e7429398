import type { Endpoint } from '../../endpoint.ts';
import { HyperLogLog } from '../../sketch/hyper-log-log.ts';
import { SpaceSaving } from '../../sketch/space-saving.ts';
import type { LoginSession } from './login-session.ts';
import { LoginTally } from './login-tally.ts';

/** Enough to hold every source with more than 6 % of the sessions. */
const TOP_SOURCES = 16;

/** Guesses of all outside sources at one login service. */
export class LoginTarget {
  readonly target: Endpoint;
  readonly service: string;
  readonly tally = new LoginTally();
  sinceMs = Number.NaN;
  unreported = 0;
  #recent = new HyperLogLog();
  #before = new HyperLogLog();
  #top = new SpaceSaving(TOP_SOURCES);
  #turnMs = Number.NEGATIVE_INFINITY;

  constructor(target: Endpoint, service: string) {
    this.target = target;
    this.service = service;
  }

  /** Counts a session that is over. `windowMs`: sources are remembered for one to two of it. */
  add(session: LoginSession, sourceIp: string, windowMs: number): void {
    this.tally.add(session);
    if (session.kind === 'success') return;
    this.unreported++;
    const { timeMs } = session;
    if (timeMs - this.#turnMs >= windowMs) {
      const isOver = timeMs - this.#turnMs >= 2 * windowMs;
      [this.#recent, this.#before] = [this.#before, this.#recent];
      this.#recent.clear();
      if (isOver) this.#before.clear();
      this.#top = new SpaceSaving(TOP_SOURCES);
      this.#turnMs = timeMs;
    }
    this.#recent.add(sourceIp);
    this.#top.add(sourceIp);
  }

  get distinctSources(): number {
    return this.#recent.estimate(this.#before);
  }

  topSources(limit: number): { ip: string; count: number }[] {
    return this.#top.top(limit).map(({ key, count }) => ({ ip: key, count }));
  }

  /** Share of the busiest source in what its list has counted. */
  get largestShare(): number {
    const top = this.#top.top(TOP_SOURCES);
    const total = top.reduce((sum, { count }) => sum + count, 0);
    return total === 0 ? 1 : (top[0]?.count ?? 0) / total;
  }

  get isInAlarm(): boolean {
    return !Number.isNaN(this.sinceMs);
  }
}
