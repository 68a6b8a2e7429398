import type { Endpoint } from '../../endpoint.ts';
import { Newcomers } from '../../sketch/newcomers.ts';

const SLOTS = 16_384;
/** As long as most beacons sleep: implants are told to sleep for seconds to a day. */
const WITHIN_MS = 86_400_000;
/** Who moved more than this has a state at once. */
export const MOST_BYTES = 2 ** 32 - 1;
const SENT = 0;
const RECEIVED = 1;

/** One connection that was over when it was told of. */
export interface Visit {
  readonly local: Endpoint;
  readonly startMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** Destinations outside that one connection went to so far: a crawler's are many, and none of them has a rhythm. */
export class Strangers {
  readonly #visits = new Newcomers(SLOTS, 2, WITHIN_MS);
  readonly #callers: Endpoint[] = [];

  /** Remembers the first visit; gives that back, and forgets it, when this is the second, whoever made either. */
  visit(destination: number, { local, startMs, sentBytes, receivedBytes }: Visit): Visit | undefined {
    const visits = this.#visits;
    const known = visits.find(destination, startMs);
    if (known < 0) {
      const slot = visits.enter(destination, startMs);
      visits.set(slot, SENT, sentBytes);
      visits.set(slot, RECEIVED, receivedBytes);
      this.#callers[slot] = local;
      return undefined;
    }
    visits.leave(known);
    return {
      local: this.#callers[known] as Endpoint,
      startMs: visits.timeOf(known, startMs),
      sentBytes: visits.get(known, SENT),
      receivedBytes: visits.get(known, RECEIVED),
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
