import type { Endpoint } from '../../endpoint.ts';
import { Newcomers } from '../../sketch/newcomers.ts';

const SLOTS = 16_384;
/** As long as most beacons sleep: implants are told to sleep for seconds to a day. */
const WITHIN_MS = 86_400_000;
const MOST_BYTES = 2 ** 32 - 1;
const SENT = 0;
const RECEIVED = 1;
const LEARNED = 2;

/** One connection that was over when it was told of. */
export interface Visit {
  readonly local: Endpoint;
  readonly startMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** The workload talked to that network before. */
  readonly isLearned: boolean;
}

/** Destinations outside that one connection went to so far: a crawler's are many, and none of them has a rhythm. */
export class Strangers {
  readonly #visits = new Newcomers(SLOTS, 3, WITHIN_MS);
  readonly #callers: Endpoint[] = [];

  /** Remembers the first visit; false when it moved too much for that. */
  hold(destination: number, { local, startMs, sentBytes, receivedBytes, isLearned }: Visit): boolean {
    if (sentBytes > MOST_BYTES || receivedBytes > MOST_BYTES) return false;
    const slot = this.#visits.enter(destination, startMs);
    this.#visits.set(slot, SENT, sentBytes);
    this.#visits.set(slot, RECEIVED, receivedBytes);
    this.#visits.set(slot, LEARNED, isLearned ? 1 : 0);
    this.#callers[slot] = local;
    return true;
  }

  /** The visit before this one, whoever made it, if it was the only one; it is forgotten. */
  take(destination: number, nowMs: number): Visit | undefined {
    const visits = this.#visits;
    const slot = visits.find(destination, nowMs);
    if (slot < 0) return undefined;
    visits.leave(slot);
    return {
      local: this.#callers[slot] as Endpoint,
      startMs: visits.timeOf(slot, nowMs),
      sentBytes: visits.get(slot, SENT),
      receivedBytes: visits.get(slot, RECEIVED),
      isLearned: visits.get(slot, LEARNED) === 1,
    };
  }

  get size(): number {
    return this.#visits.size;
  }

  get capacity(): number {
    return this.#visits.capacity;
  }

  get evicted(): number {
    return this.#visits.evicted;
  }
}
