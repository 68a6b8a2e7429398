import { ACK, FIN, RST, SYN } from '../capture/packet.ts';

/** What is told of a pair after this silence counts anew: a teller that lost something is no longer behind the others. */
const RESTART_MS = 10_000;
/** Tellers and kinds of packets remembered of a pair: two nodes with four points each, both ways, and some room. */
const MOST_TALLIES = 48;
/** Distance of the sequence numbers of two connections of the same sockets. */
const GENERATION = 0x10000;

/** Two sockets and what tellers have told of their packets. Objects are used again. */
export class SightedPair {
  /** A packet of the side that began was told, so the other's are answers. */
  isBegun = false;
  /**
   * The flags of a first segment that may be the middle of a connection, or a probe; 0 when there is none. What is told next
   * decides.
   */
  heldFlags = 0;
  /** Which end began, as far as it is known. */
  opener: 0 | 1 = 0;
  /** Invented sequence numbers count from here; another connection of the same sockets has another one. */
  initial = 0;
  /** Times that payload was seen to leave each end. */
  readonly marks: [number, number] = [0, 0];
  /** Whether each end has sent in this connection, and whether the opener acknowledged in a segment of its own. */
  readonly hasSent: [boolean, boolean] = [false, false];
  hasAcknowledged = false;
  hasAnsweredSyn = false;
  readonly hasMoved: [boolean, boolean] = [false, false];
  #lastMs = Number.NEGATIVE_INFINITY;
  /** Of each teller, direction and kind of packet: how many it told; and how many were taken, as of teller 0. */
  readonly #keys: number[] = [];
  readonly #counts: number[] = [];

  reset(): void {
    this.isBegun = false;
    this.heldFlags = 0;
    this.opener = 0;
    this.initial = 0;
    this.#lastMs = Number.NEGATIVE_INFINITY;
    this.#begin();
  }

  /**
   * Whether this is one more packet, and not one that another teller told already: there are as many of a kind as the one
   * that told most says. `teller` is a number from 1.
   */
  isNews(teller: number, direction: 0 | 1, flags: number, timeMs: number): boolean {
    if (timeMs - this.#lastMs > RESTART_MS) this.#forgetCounts();
    if (timeMs > this.#lastMs) this.#lastMs = timeMs;
    const kind = (direction << 6) | (flags & 63);
    const told = this.#add((teller << 7) | kind);
    if (told <= this.#count(kind)) return false;
    this.#add(kind);
    return true;
  }

  /**
   * Call before `isNews` for each SYN: whether it begins another connection of the same sockets, by a teller that told of
   * the one before and of what followed it.
   */
  beginsAnew(teller: number, direction: 0 | 1, timeMs: number): boolean {
    if (timeMs - this.#lastMs > RESTART_MS) return this.hasMoved[direction];
    if (!this.hasMoved[direction]) return false;
    return this.#count((teller << 7) | (direction << 6) | SYN) > 0;
  }

  /** Another connection of the same sockets. */
  renew(): void {
    this.initial = (this.initial + GENERATION) | 0;
    this.#begin();
  }

  /** Notes what a packet that counts says of the connection. */
  note(direction: 0 | 1, flags: number): void {
    this.hasSent[direction] = true;
    if ((flags & (SYN | ACK)) === (SYN | ACK)) this.hasAnsweredSyn = true;
    if ((flags & SYN) === 0) this.hasMoved[direction] = true;
    // A refused connection is over for both.
    if ((flags & RST) !== 0) this.hasMoved[direction === 0 ? 1 : 0] = true;
    if (direction === this.opener && (flags & (SYN | ACK | FIN | RST)) === ACK) this.hasAcknowledged = true;
  }

  #begin(): void {
    this.#forgetCounts();
    for (const end of [0, 1] as const) {
      this.marks[end] = 0;
      this.hasSent[end] = false;
      this.hasMoved[end] = false;
    }
    this.hasAcknowledged = false;
    this.hasAnsweredSyn = false;
  }

  #forgetCounts(): void {
    this.#keys.length = 0;
    this.#counts.length = 0;
  }

  #count(key: number): number {
    const at = this.#keys.indexOf(key);
    return at < 0 ? 0 : this.#counts[at]!;
  }

  #add(key: number): number {
    const at = this.#keys.indexOf(key);
    if (at >= 0) return ++this.#counts[at]!;
    if (this.#keys.length >= MOST_TALLIES) this.#forgetCounts();
    this.#keys.push(key);
    this.#counts.push(1);
    return 1;
  }
}
