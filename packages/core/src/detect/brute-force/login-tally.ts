import { SizeClasses } from './size-classes.ts';

const SLOT_MS = 60_000;
/** Half an hour and the minute that has begun. */
const SLOTS = 31;
const SESSIONS = 0;
const GUESSES = 1;
const SUCCESSES = 2;
const COLUMNS = 3;
/** Intervals behind a judgement of their rhythm, and their spread (deviation by mean) below which a timer made them. */
const RHYTHM_SAMPLES = 7;
const RHYTHM_SPREAD = 0.1;
const RHYTHM_SHORTEST_MS = 10_000;
/** A tool that guesses one after the other is regular too, where the server makes it wait; but it hardly rests in between. */
const RHYTHM_BUSY_SHARE = 0.3;

export interface LoginCounts {
  readonly sessions: number;
  readonly guesses: number;
  readonly successes: number;
}

/** Sessions of one pair, as one end tells of them, in slots of a minute over half an hour. */
export class LoginTally {
  readonly sizes = new SizeClasses();
  /** Server bytes of the smallest guess-like session. */
  smallest = Number.POSITIVE_INFINITY;
  lastGuessMs = Number.NEGATIVE_INFINITY;
  readonly #counts = new Uint16Array(SLOTS * COLUMNS);
  #slot = Number.NEGATIVE_INFINITY;
  #lastStartMs = Number.NaN;
  #intervals = 0;
  #meanMs = 0;
  #squares = 0;
  #busyMs = 0;

  guess(timeMs: number, startMs: number, guesses: number, serverBytes: number): void {
    this.#advance(timeMs);
    this.sizes.add(serverBytes);
    this.smallest = Math.min(this.smallest, serverBytes);
    this.lastGuessMs = timeMs;
    this.#rhythm(startMs, timeMs - startMs);
    this.#add(SESSIONS, 1);
    this.#add(GUESSES, guesses);
  }

  success(timeMs: number): void {
    this.#advance(timeMs);
    this.#add(SUCCESSES, 1);
  }

  /** What came in the slots that the window touches; at most half an hour. */
  counts(windowMs: number, nowMs: number): LoginCounts {
    const newest = Math.floor(nowMs / SLOT_MS);
    const span = Math.min(SLOTS, Math.ceil(windowMs / SLOT_MS));
    const sum = [0, 0, 0];
    for (let slot = Math.max(newest - span + 1, this.#slot - SLOTS + 1); slot <= this.#slot; slot++) {
      const at = (slot % SLOTS) * COLUMNS;
      for (let column = 0; column < COLUMNS; column++) sum[column]! += this.#counts[at + column]!;
    }
    return { sessions: sum[SESSIONS]!, guesses: sum[GUESSES]!, successes: sum[SUCCESSES]! };
  }

  /** Sessions come like clockwork, not faster than every ten seconds: monitoring, not guessing. */
  get isTimer(): boolean {
    if (this.#intervals < RHYTHM_SAMPLES || this.#meanMs < RHYTHM_SHORTEST_MS) return false;
    if (this.#busyMs / this.#intervals > RHYTHM_BUSY_SHARE * this.#meanMs) return false;
    return Math.sqrt(this.#squares / this.#intervals) <= RHYTHM_SPREAD * this.#meanMs;
  }

  #advance(timeMs: number): void {
    const slot = Math.floor(timeMs / SLOT_MS);
    if (slot <= this.#slot) return;
    if (slot - this.#slot >= SLOTS) {
      this.#counts.fill(0);
      this.sizes.clear();
      this.smallest = Number.POSITIVE_INFINITY;
      this.#intervals = 0;
    } else {
      for (let next = this.#slot + 1; next <= slot; next++) {
        const at = (next % SLOTS) * COLUMNS;
        this.#counts.fill(0, at, at + COLUMNS);
      }
    }
    this.#slot = slot;
  }

  #add(column: number, value: number): void {
    const at = (this.#slot % SLOTS) * COLUMNS + column;
    this.#counts[at] = Math.min(0xffff, this.#counts[at]! + value);
  }

  /** Mean and squares of the intervals (Welford), over the newest about sixty. */
  #rhythm(startMs: number, durationMs: number): void {
    const intervalMs = startMs - this.#lastStartMs;
    this.#lastStartMs = startMs;
    if (Number.isNaN(intervalMs)) return;
    if (this.#intervals === 0) {
      this.#meanMs = 0;
      this.#squares = 0;
      this.#busyMs = 0;
    }
    if (this.#intervals >= 60) {
      this.#intervals /= 2;
      this.#squares /= 2;
      this.#busyMs /= 2;
    }
    this.#intervals++;
    this.#busyMs += durationMs;
    const off = intervalMs - this.#meanMs;
    this.#meanMs += off / this.#intervals;
    this.#squares += off * (intervalMs - this.#meanMs);
  }
}
