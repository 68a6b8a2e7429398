const SAMPLES = 64;
/** Below this many nothing is said. */
const FEWEST = 20;

/**
 * Whether tellers tell of the ACK that ends a handshake: of connections that ended with a FIN, the last ones in which the
 * opener was seen to acknowledge before. Who tells of SYN, FIN and RST alone never shows it.
 */
export class HandshakeSample {
  readonly #seen: boolean[] = [];
  #at = 0;
  #acknowledged = 0;

  note(hasAcknowledged: boolean): void {
    if (this.#seen[this.#at]) this.#acknowledged--;
    if (hasAcknowledged) this.#acknowledged++;
    this.#seen[this.#at] = hasAcknowledged;
    this.#at = (this.#at + 1) % SAMPLES;
  }

  /** Half is enough: a FIN may overtake, and events are lost. */
  get isTold(): boolean {
    return this.#seen.length < FEWEST || this.#acknowledged * 2 >= this.#seen.length;
  }
}
