/**
 * The last absolute counters of each live socket, so that records become differences, and what of it never changes, so that
 * it is decoded once. A slot a connection, in columns of numbers. Keyed by socket cookie and generation (connect() again on
 * the same socket): the old one's final record may be read after the new one's first.
 */
import type { Role, Socket } from '@netguard/core';

/** What of a connection stays the same while it lives. */
export interface ConnectionIdentity {
  readonly id: string;
  readonly role: Role;
  readonly cgroupId: number;
  readonly netns: number;
  readonly local: Socket;
  readonly remote: Socket;
  readonly pid: number;
  readonly comm: string;
  readonly established: boolean;
  readonly preexisting: boolean;
  readonly startMs: number;
}

/** rx bytes, tx bytes, rx segments, tx segments, retransmits */
export const COUNTERS = 5;
const BYTE_COUNTERS = 2;
/* A slot's columns lie together, in 64 bytes. */
const COLUMNS = 8;
const KEY = COUNTERS;
const GENERATION = COUNTERS + 1;
const SWEEP = COUNTERS + 2;
const FIRST_SLOTS = 1024;

export class ConnectionTable {
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #limit: number;
  #cells = new Float64Array(FIRST_SLOTS * COLUMNS);
  readonly #identities: (ConnectionIdentity | undefined)[] = [];
  /** Counters from which those of preexisting connections count; made when there is the first. */
  #bases: Float64Array<ArrayBuffer> | undefined;
  /** The slot that came after this one in the last pass: the kernel visits sockets in the same order each time. */
  #following = new Uint32Array(FIRST_SLOTS);
  #previous = 0;
  #used = 0;
  #sweep = 0;
  #closedNow = new Set<number>();
  #closedBefore = new Set<number>();
  #evicted = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#slots.size;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How many more sockets can be live at once. */
  get room(): number {
    return Math.max(0, this.#limit - this.#slots.size);
  }

  /** How often a live socket found no room: its bytes count at its close only. */
  get evicted(): number {
    return this.#evicted;
  }

  countEvicted(count: number): void {
    this.#evicted += count;
  }

  /** The slot of a connection that is known, else -1. */
  find(cookie: number, generation: number): number {
    const slot = this.#slots.get(key(cookie, generation));
    return slot !== undefined && this.#cells[slot * COLUMNS + GENERATION] === generation ? slot : -1;
  }

  /** The same, without a look-up when it is asked for after the same one as the last time. */
  findNext(cookie: number, generation: number): number {
    const previous = this.#previous;
    let slot = this.#following[previous] as number;
    if (this.#cells[slot * COLUMNS + KEY] !== key(cookie, generation)) {
      slot = this.find(cookie, generation);
      if (slot < 0) return -1;
      this.#following[previous] = slot;
    }
    this.#previous = slot;
    return this.#cells[slot * COLUMNS + GENERATION] === generation ? slot : -1;
  }

  identity(slot: number): ConnectionIdentity {
    return this.#identities[slot] as ConnectionIdentity;
  }

  /**
   * Takes absolute `counters` (segments and retransmits modulo 2^32) of a live connection and leaves in `delta` what is new.
   * Never negative: a late smaller reading is no news.
   */
  advance(slot: number, counters: Float64Array, delta: Float64Array): void {
    const cells = this.#cells;
    const at = slot * COLUMNS;
    for (let i = 0; i < COUNTERS; i++) {
      const now = counters[i] as number;
      const before = cells[at + i] as number;
      const moved = i < BYTE_COUNTERS ? Math.max(0, now - before) : wrapped(now, before);
      delta[i] = moved;
      if (moved > 0) cells[at + i] = now;
    }
    cells[at + SWEEP] = this.#sweep;
  }

  /**
   * Takes a live connection that is not known, with its first counters and, of a preexisting one, those before it was found.
   * False without room: each of its readings would count it anew.
   */
  open(
    cookie: number,
    generation: number,
    identity: ConnectionIdentity,
    counters: Float64Array,
    base: Float64Array,
  ): boolean {
    const id = key(cookie, generation);
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      if (this.room === 0) {
        this.#evicted++;
        return false;
      }
      slot = this.#free.pop() ?? this.#used++;
      if (slot >= this.#following.length) this.#grow();
      this.#slots.set(id, slot);
    }
    const at = slot * COLUMNS;
    this.#cells.set(counters, at);
    this.#cells[at + KEY] = id;
    this.#cells[at + GENERATION] = generation;
    this.#cells[at + SWEEP] = this.#sweep;
    this.#identities[slot] = identity;
    if (identity.preexisting) {
      this.#bases ??= new Float64Array(this.#following.length * COUNTERS);
      this.#bases.set(base, slot * COUNTERS);
    }
    return true;
  }

  /** Makes `counters` of a preexisting connection, which are since it began, count from when it was found. */
  subtractBase(slot: number, counters: Float64Array): void {
    const bases = this.#bases as Float64Array;
    for (let i = 0; i < COUNTERS; i++) {
      const more = (counters[i] as number) - (bases[slot * COUNTERS + i] as number);
      counters[i] = i < BYTE_COUNTERS ? more : more >>> 0;
    }
  }

  /** What is known of a connection was not final. */
  describe(slot: number, identity: ConnectionIdentity): void {
    this.#identities[slot] = identity;
  }

  /** Forgets a connection that ended. `slot` is where `find` found it, or -1. */
  close(cookie: number, generation: number, slot: number): void {
    const id = key(cookie, generation);
    if (slot >= 0) this.#release(id, slot);
    this.#closedNow.add(id);
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

  /** From now on every socket that is advanced is marked with this number. */
  beginSweep(sweep: number): void {
    this.#sweep = sweep;
  }

  /** Forgets the sockets that were not advanced since the sweep began, and says how many. */
  endSweep(): number {
    let forgotten = 0;
    for (const [id, slot] of this.#slots) {
      if (this.#cells[slot * COLUMNS + SWEEP] === this.#sweep) continue;
      this.#release(id, slot);
      forgotten++;
    }
    return forgotten;
  }

  #release(id: number, slot: number): void {
    this.#slots.delete(id);
    this.#cells[slot * COLUMNS + KEY] = 0; /* nobody's */
    this.#identities[slot] = undefined;
    this.#free.push(slot);
  }

  #grow(): void {
    this.#cells = doubled(this.#cells);
    if (this.#bases) this.#bases = doubled(this.#bases);
    const following = new Uint32Array(this.#following.length * 2);
    following.set(this.#following);
    this.#following = following;
  }
}

function doubled(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}

/** Difference of two 32-bit counters; a step back of less than half the range is a stale reading, not a wrap. */
function wrapped(now: number, before: number): number {
  const difference = (now - before) >>> 0;
  return difference >= 0x80000000 ? 0 : difference;
}

/** Cookies stay far below 2^45, generations below 2^8 between two ticks. The first generation's key is a small integer. */
function key(cookie: number, generation: number): number {
  return cookie + (generation & 255) * 35_184_372_088_832;
}
