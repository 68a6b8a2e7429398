import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { LoginSession, LoginShape } from './login-session.ts';
import { LoginTally } from './login-tally.ts';

/** A session that succeeded tells something of guesses within this time before it. */
const SUCCESS_WITHIN_MS = 300_000;

/** One source and one login service. Both ends may be watched, and tell of the same sessions: each has its own tally. */
export class LoginPair {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly shape: LoginShape;
  readonly firstMs: number;
  /** The source cannot tell who closed first, though that is what speaks here. */
  isCloseUnseen = false;
  /** Undefined until somebody asked. */
  isKnown: boolean | undefined;
  /** A session that looks like a login that succeeded came after so many guesses. */
  succeededMs = Number.NaN;
  sinceMs = Number.NaN;
  /** Sessions since the last finding. */
  unreported = 0;
  #server: LoginTally | undefined;
  #client: LoginTally | undefined;

  constructor(source: Endpoint, target: Endpoint, shape: LoginShape, firstMs: number) {
    this.source = source;
    this.target = target;
    this.shape = shape;
    this.firstMs = firstMs;
  }

  /** What is learned of the source when it does this all the time. */
  get fact(): string {
    return `login ${workloadKey(this.target)} ${this.target.port}`;
  }

  /** Counts a session that is over. */
  add(session: LoginSession): LoginTally {
    const { reporter, kind } = session;
    if (this.shape.hangsUp && session.isCloseUnseen) this.isCloseUnseen = true;
    const tally = this.#tally(reporter);
    tally.add(session);
    if (kind === 'success') this.noteSuccess(session);
    else if (reporter === 'server' || this.#server === undefined) this.unreported++;
    return tally;
  }

  /** A session that went on, over or not: while the pair is in alarm, a guess may have been right. */
  noteSuccess({ reporter, startMs, timeMs }: LoginSession): void {
    if (!this.isInAlarm || !Number.isNaN(this.succeededMs)) return;
    if (startMs - this.#tally(reporter).lastGuessMs <= SUCCESS_WITHIN_MS) this.succeededMs = timeMs;
  }

  /** The tally of the end that saw more. */
  best(windowMs: number, nowMs: number): LoginTally | undefined {
    if (this.#server === undefined || this.#client === undefined) return this.#server ?? this.#client;
    const server = this.#server.counts(windowMs, nowMs).sessions;
    return this.#client.counts(windowMs, nowMs).sessions > server ? this.#client : this.#server;
  }

  get isInAlarm(): boolean {
    return !Number.isNaN(this.sinceMs);
  }

  #tally(reporter: 'client' | 'server'): LoginTally {
    if (reporter === 'server') {
      this.#server ??= new LoginTally();
      return this.#server;
    }
    this.#client ??= new LoginTally();
    return this.#client;
  }
}
