import { guessesOf, type LoginSession } from './login-session.ts';
import { Rhythm } from './rhythm.ts';
import { SizeClasses } from './size-classes.ts';

const SLOT_MS = 60_000;
/** Half an hour and the minute that has begun. */
const SLOTS = 31;

export interface LoginCounts {
  readonly sessions: number;
  readonly guesses: number;
  readonly successes: number;
}

interface Minute {
  readonly slot: number;
  sessions: number;
  guesses: number;
  successes: number;
}

/** Sessions of one pair, as one end tells of them, by the minute over half an hour. Small while there are few. */
export class LoginTally {
  readonly sizes = new SizeClasses();
  /** Server bytes of the smallest guess-like session. */
  smallest = Number.POSITIVE_INFINITY;
  lastGuessMs = Number.NEGATIVE_INFINITY;
  /** Minutes in which there was something, oldest first. */
  #minutes: Minute[] = [];
  readonly #rhythm = new Rhythm();

  add(session: LoginSession): void {
    const minute = this.#minute(session.timeMs);
    if (session.kind === 'success') {
      minute.successes++;
      return;
    }
    minute.sessions++;
    minute.guesses += guessesOf(session, this.smallest);
    this.sizes.add(session.serverBytes);
    this.smallest = Math.min(this.smallest, session.serverBytes);
    this.lastGuessMs = session.timeMs;
    this.#rhythm.add(session.startMs, session.timeMs - session.startMs);
  }

  /** What came in the minutes that the window touches; at most half an hour. */
  counts(windowMs: number, nowMs: number): LoginCounts {
    const oldest = Math.floor(nowMs / SLOT_MS) - Math.min(SLOTS, Math.ceil(windowMs / SLOT_MS));
    const sum = { sessions: 0, guesses: 0, successes: 0 };
    for (let index = this.#minutes.length - 1; index >= 0; index--) {
      const minute = this.#minutes[index]!;
      if (minute.slot <= oldest) break;
      sum.sessions += minute.sessions;
      sum.guesses += minute.guesses;
      sum.successes += minute.successes;
    }
    return sum;
  }

  /** Sessions come like clockwork: monitoring, not guessing. */
  get isTimer(): boolean {
    return this.#rhythm.isTimer;
  }

  /** The minute of `timeMs`; a time before the newest one counts there. Forgets what is too old. */
  #minute(timeMs: number): Minute {
    const slot = Math.floor(timeMs / SLOT_MS);
    const newest = this.#minutes.at(-1);
    if (newest !== undefined && slot <= newest.slot) return newest;
    if (newest !== undefined && slot - newest.slot >= SLOTS) {
      this.#minutes = [];
      this.sizes.clear();
      this.#rhythm.clear();
      this.smallest = Number.POSITIVE_INFINITY;
    }
    while (this.#minutes.length > 0 && slot - this.#minutes[0]!.slot >= SLOTS) this.#minutes.shift();
    const minute = { slot, sessions: 0, guesses: 0, successes: 0 };
    this.#minutes.push(minute);
    return minute;
  }
}
