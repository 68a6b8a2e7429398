/**
 * The last absolute counters of each live socket, so that records become differences. Columns of numbers, a slot a
 * socket: no object per connection. Keyed by socket cookie; a new generation (connect() again) starts from zero.
 */
const COLUMNS = 5; /* rx bytes, tx bytes, rx segments, tx segments, retransmits */

export class ConnectionTable {
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #limit: number;
  #generation: Uint32Array;
  #last: Float64Array;
  #used = 0;
  #closedNow = new Set<number>();
  #closedBefore = new Set<number>();
  #evicted = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#generation = new Uint32Array(1024);
    this.#last = new Float64Array(1024 * COLUMNS);
  }

  get size(): number {
    return this.#slots.size;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How often a live socket found no room: its bytes count at its close only. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Whether a live socket is known or has room. Without, its readings must be left out, or each would count it anew. */
  admits(cookie: number): boolean {
    if (this.#slots.has(cookie) || this.#slots.size < this.#limit) return true;
    this.#evicted++;
    return false;
  }

  /**
   * Takes absolute `counters` (5 numbers; segments and retransmits modulo 2^32) and leaves in `delta` what is new.
   * Returns true when this connection was not known. Never negative: a late smaller reading is no news.
   */
  advance(cookie: number, generation: number, counters: Float64Array, delta: Float64Array, closing: boolean): boolean {
    const slot = this.#slots.get(cookie);
    const isNew = slot === undefined || this.#generation[slot] !== generation;
    for (let i = 0; i < COLUMNS; i++) {
      const now = counters[i] as number;
      const before = isNew ? 0 : (this.#last[(slot as number) * COLUMNS + i] as number);
      delta[i] = i < 2 ? Math.max(0, now - before) : wrapped(now, before);
    }
    if (closing) {
      if (slot !== undefined) this.#release(cookie, slot);
      this.#closedNow.add(key(cookie, generation));
    } else {
      this.#store(cookie, generation, counters, slot, isNew);
    }
    return isNew;
  }

  /** A live record may be read after the final one; for two ticks a closed connection is not taken for a new one. */
  isClosed(cookie: number, generation: number): boolean {
    const id = key(cookie, generation);
    return this.#closedNow.has(id) || this.#closedBefore.has(id);
  }

  tick(): void {
    this.#closedBefore = this.#closedNow;
    this.#closedNow = new Set();
  }

  #store(cookie: number, generation: number, counters: Float64Array, known: number | undefined, isNew: boolean): void {
    let slot = known;
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#used++;
      if (slot >= this.#generation.length) this.#grow();
      this.#slots.set(cookie, slot);
    }
    this.#generation[slot] = generation;
    for (let i = 0; i < COLUMNS; i++) {
      const at = slot * COLUMNS + i;
      const now = counters[i] as number;
      this.#last[at] = isNew || i >= 2 ? now : Math.max(now, this.#last[at] as number);
    }
  }

  #release(cookie: number, slot: number): void {
    this.#slots.delete(cookie);
    this.#free.push(slot);
  }

  #grow(): void {
    const generation = new Uint32Array(this.#generation.length * 2);
    generation.set(this.#generation);
    this.#generation = generation;
    const last = new Float64Array(this.#last.length * 2);
    last.set(this.#last);
    this.#last = last;
  }
}

/** Difference of two 32-bit counters; a step back of less than half the range is a stale reading, not a wrap. */
function wrapped(now: number, before: number): number {
  const difference = (now - before) >>> 0;
  return difference >= 0x80000000 ? 0 : difference;
}

/** Cookies stay far below 2^45, generations below 2^8 between two ticks. */
function key(cookie: number, generation: number): number {
  return cookie * 256 + (generation & 255);
}
