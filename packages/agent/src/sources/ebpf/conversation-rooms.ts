import { ngTotalValue as V } from '@netguard/core/abi';

/** A total may have this share of a table of conversations, so that a flood of one pod leaves room for the others. */
const SHARE = 3;
/** Of its quota, from which on a total is crowded. */
const CROWDED_SHARE = 0.5;
/** Or so many, in a small table. */
const AT_LEAST = 1024;

/** Conversations of one total (cgroup and protocol) at once in a table of that size. */
export function conversationQuota(capacity: number): number {
  return Math.max(Math.floor(capacity / SHARE), Math.min(capacity, AT_LEAST));
}

/**
 * How many conversations each total may still begin in one table: counted here at each reading, taken by the kernel in
 * between. The counts are some microseconds old when they are written, so a quota is met roughly.
 */
export class ConversationRooms {
  readonly #words: Uint32Array;
  readonly #field: number;
  readonly #quota: number;
  #counts: Uint32Array;
  #before: Uint32Array;

  /** `totals`: the mapped ng_totals. */
  constructor(totals: Uint8Array, family: 'room4' | 'room6', quota: number) {
    this.#words = new Uint32Array(totals.buffer, totals.byteOffset, totals.byteLength >>> 2);
    this.#field = V[family] >>> 2;
    this.#quota = quota;
    const slots = Math.floor(totals.byteLength / V.SIZE);
    this.#counts = new Uint32Array(slots);
    this.#before = new Uint32Array(slots);
    this.renew();
  }

  /** A conversation of the total in that slot is there. */
  count(slot: number): void {
    if (slot < this.#counts.length) this.#counts[slot]!++;
  }

  /** At the last reading the total had used half of its quota: what is idle should make room before there is none. */
  isCrowded(slot: number): boolean {
    return (this.#before[slot] ?? 0) >= CROWDED_SHARE * this.#quota;
  }

  /** After all were counted: tells the kernel, and begins anew. */
  renew(): void {
    const perSlot = V.SIZE >>> 2;
    for (let slot = 0; slot < this.#counts.length; slot++) {
      const room = Math.max(0, this.#quota - this.#counts[slot]!);
      const at = slot * perSlot + this.#field;
      if (this.#words[at] !== room) this.#words[at] = room;
    }
    [this.#counts, this.#before] = [this.#before, this.#counts];
    this.#counts.fill(0);
  }
}
