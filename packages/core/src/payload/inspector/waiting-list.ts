import type { PayloadConversation } from '../../observation.ts';
import { ByteSlab } from './byte-slab.ts';
import type { Conversation } from './conversation.ts';
import type { Direction } from './direction.ts';
import type { Ends } from './payload-inspector.ts';

/** Bytes of beginnings that are kept: half a second of 10,000 conversations a second, and more of fewer. */
const KEPT_BYTES = 4 * 1_048_576;
/** A direction whose next segment has not come within this is taken as it is. */
const WAIT_MS = 400;

/** A conversation of which a direction waits for its next segment. */
export interface Waiting {
  readonly conversation: Conversation;
  readonly seen: PayloadConversation;
  readonly ends: Ends | undefined;
}

/** Beginnings that wait for the next segment, and the conversations that wait, oldest first; bounded by time and bytes. */
export class WaitingList {
  readonly #slab = new ByteSlab(KEPT_BYTES);
  readonly #waiting = new Map<Conversation, Waiting>();
  readonly #settle: (waiting: Waiting) => void;
  #cutShort = 0;

  /** @param settle takes as they are directions whose next segment has not come. */
  constructor(settle: (waiting: Waiting) => void) {
    this.#settle = settle;
  }

  /** Keeps the stream of a direction; what would be overwritten while it waits is settled first. */
  keep(direction: Direction, stream: Uint8Array, waiting: Waiting): void {
    if (stream.length > this.#slab.capacity / 4) return;
    this.#makeRoom(stream.length);
    direction.kept = this.#slab.put(stream);
    if (!direction.isWaiting) return;
    this.#waiting.delete(waiting.conversation);
    this.#waiting.set(waiting.conversation, waiting);
  }

  /** The stream that is kept of a direction; valid until another is kept. */
  streamOf({ kept }: Direction): Uint8Array | undefined {
    return kept && this.#slab.get(kept);
  }

  advance(nowMs: number): void {
    for (const waiting of this.#waiting.values()) {
      const ageMs = nowMs - waiting.seen.timeMs;
      // A time far ahead is from before the clock was set back.
      if (ageMs < WAIT_MS && ageMs > -WAIT_MS) return;
      this.#end(waiting);
    }
  }

  /** The conversation is forgotten: what waits in it is settled. */
  forget(conversation: Conversation): void {
    const waiting = this.#waiting.get(conversation);
    if (waiting !== undefined) this.#end(waiting);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Beginnings that were taken as they were before their time, for lack of room. */
  get cutShort(): number {
    return this.#cutShort;
  }

  #makeRoom(bytes: number): void {
    for (const waiting of this.#waiting.values()) {
      const kept = waiting.conversation.directions.map(([, direction]) => direction.kept);
      if (!kept.some((each) => each !== undefined && this.#slab.overwrites(each, bytes))) return;
      this.#cutShort++;
      this.#end(waiting);
    }
  }

  #end(waiting: Waiting): void {
    this.#waiting.delete(waiting.conversation);
    this.#settle(waiting);
  }
}
