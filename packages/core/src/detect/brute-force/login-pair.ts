import type { Endpoint } from '../../endpoint.ts';
import type { LoginShape } from './login-session.ts';
import { LoginTally } from './login-tally.ts';

/** One source and one login service. Both ends may be watched, and tell of the same sessions: each has its own tally. */
export class LoginPair {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly sourceKey: string;
  readonly fact: string;
  readonly shape: LoginShape;
  readonly firstMs: number;
  /** The source cannot tell who closed first, though that is what speaks here. */
  isCloseUnseen = false;
  isKnown = false;
  /** A session that looks like a login that succeeded came after so many guesses. */
  succeededMs = Number.NaN;
  sinceMs = Number.NaN;
  /** Sessions since the last finding. */
  unreported = 0;
  #server: LoginTally | undefined;
  #client: LoginTally | undefined;

  constructor(source: Endpoint, target: Endpoint, sourceKey: string, fact: string, shape: LoginShape, firstMs: number) {
    this.source = source;
    this.target = target;
    this.sourceKey = sourceKey;
    this.fact = fact;
    this.shape = shape;
    this.firstMs = firstMs;
  }

  tally(reporter: 'client' | 'server'): LoginTally {
    if (reporter === 'server') {
      this.#server ??= new LoginTally();
      return this.#server;
    }
    this.#client ??= new LoginTally();
    return this.#client;
  }

  /** The tally of the end that saw more. */
  best(windowMs: number, nowMs: number): LoginTally | undefined {
    if (this.#server === undefined || this.#client === undefined) return this.#server ?? this.#client;
    const server = this.#server.counts(windowMs, nowMs).sessions;
    return this.#client.counts(windowMs, nowMs).sessions > server ? this.#client : this.#server;
  }

  /** Whether a session that this end tells of is the one to count, where both ends tell of it. */
  isCountedBy(reporter: 'client' | 'server'): boolean {
    return reporter === 'server' || this.#server === undefined;
  }

  get isInAlarm(): boolean {
    return !Number.isNaN(this.sinceMs);
  }
}
