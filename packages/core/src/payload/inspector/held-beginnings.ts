import type { PayloadConversation } from '../../observation.ts';
import type { Conversation } from './conversation.ts';
import type { Ends } from './payload-inspector.ts';

/** Bytes of first segments held for the second ones. */
const HELD_BYTES = 16 * 1_048_576;
/** A direction whose next segment has not come within this is taken as it is. */
const WAIT_MS = 400;
/** Later a segment stands for itself: what came before is rarely part of its message. */
const HOLD_MS = 3000;

/** Whose beginning is held. */
export interface Held {
  readonly conversation: Conversation;
  readonly seen: PayloadConversation;
  readonly ends: Ends | undefined;
  bytes: number;
  isSettled: boolean;
}

/** First segments that wait for the second ones, oldest first; bounded by time and bytes. */
export class HeldBeginnings {
  readonly #held = new Map<Conversation, Held>();
  readonly #unsettled = new Map<Conversation, Held>();
  readonly #settle: (held: Held) => void;
  #bytes = 0;
  #cutShort = 0;

  /** @param settle takes as they are directions whose next segment has not come. */
  constructor(settle: (held: Held) => void) {
    this.#settle = settle;
  }

  /** `bytes` more are held of this conversation from now on. */
  hold(conversation: Conversation, seen: PayloadConversation, ends: Ends | undefined, bytes: number): void {
    const before = this.#held.get(conversation)?.bytes ?? 0;
    const held = { conversation, seen, ends, bytes: before + bytes, isSettled: false };
    this.#held.delete(conversation);
    this.#unsettled.delete(conversation);
    this.#held.set(conversation, held);
    this.#unsettled.set(conversation, held);
    this.#bytes += bytes;
    while (this.#bytes > HELD_BYTES) this.#cutOldest();
  }

  advance(nowMs: number): void {
    for (const held of this.#unsettled.values()) {
      if (isWithin(nowMs - held.seen.timeMs, WAIT_MS)) break;
      this.#unsettled.delete(held.conversation);
      this.#settle(held);
    }
    for (const held of this.#held.values()) {
      if (isWithin(nowMs - held.seen.timeMs, HOLD_MS)) break;
      this.drop(held.conversation);
    }
  }

  /** Nothing is held of it any more; what waited is settled first. */
  drop(conversation: Conversation): void {
    const held = this.#held.get(conversation);
    if (held === undefined) return;
    this.#held.delete(conversation);
    this.#bytes -= held.bytes;
    if (this.#unsettled.delete(conversation)) this.#settle(held);
    conversation.sent.release();
    conversation.received.release();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Beginnings let go of before their time, for lack of room. */
  get cutShort(): number {
    return this.#cutShort;
  }

  #cutOldest(): void {
    const oldest = this.#held.keys().next().value;
    if (oldest === undefined) return;
    this.#cutShort++;
    this.drop(oldest);
  }
}

/** A time far ahead is from before the clock was set back. */
function isWithin(ageMs: number, limitMs: number): boolean {
  return ageMs < limitMs && ageMs > -limitMs;
}
