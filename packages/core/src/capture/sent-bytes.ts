/**
 * How many bytes of payload one end of a TCP connection has sent: the union of the sequence numbers seen, so that
 * retransmissions count once and reordering does not matter. What the peer acknowledged was delivered, also where the
 * capture missed it. Sequence numbers are signed 32-bit words that wrap.
 */

/** Gaps remembered at once: SACK receivers hold no more either, and a capture with more has lost them for good. */
const MOST_GAPS = 32;
/** The largest window (RFC 7323): a sequence number further ahead belongs to no segment of this connection. */
const FURTHEST = 0x40000000;

export class SentBytes {
  /** The sequence number after the last byte seen. */
  next = 0;
  isKnown = false;
  /** The sequence number of the first byte, as far as it is known where the stream begins. */
  start = 0;
  bytes = 0;
  /** Pairs [from, to) of sequence numbers below `next` that were not seen, oldest first. */
  #gaps: Int32Array | undefined;
  #gapCount = 0;

  reset(): void {
    this.next = 0;
    this.isKnown = false;
    this.bytes = 0;
    this.#gapCount = 0;
  }

  /** The stream begins here: after a SYN, whose own number counts as one. */
  begin(sequence: number): void {
    this.next = sequence | 0;
    this.start = this.next;
    this.isKnown = true;
    this.#gapCount = 0;
  }

  /** Takes a segment's payload; returns how many of its bytes had not been seen. */
  add(sequence: number, length: number): number {
    if (!this.isKnown) this.begin(sequence);
    const ahead = (sequence - this.next) | 0;
    let fresh = 0;
    if (ahead >= 0) {
      if (ahead > FURTHEST) return 0;
      if (ahead > 0) this.#remember(this.next, sequence);
      fresh = length;
      this.next = (sequence + length) | 0;
    } else {
      const end = (sequence + length) | 0;
      const beyond = (end - this.next) | 0;
      if (this.#gapCount > 0) fresh = this.#fill(sequence, beyond > 0 ? this.next : end);
      if (beyond > 0) {
        fresh += beyond;
        this.next = end;
      }
    }
    this.bytes += fresh;
    return fresh;
  }

  /** The peer has everything before `acknowledgement`: gaps below it were sent, and only the capture lacks them. */
  acknowledge(acknowledgement: number): void {
    if (this.#gapCount === 0 || ((acknowledgement - this.next) | 0) > 0) return;
    this.bytes += this.#fill(this.#gaps![0]!, acknowledgement);
  }

  #remember(from: number, to: number): void {
    this.#gaps ??= new Int32Array(MOST_GAPS * 2);
    if (this.#gapCount === MOST_GAPS) {
      this.#gaps.copyWithin(0, 2);
      this.#gapCount--;
    }
    this.#gaps[this.#gapCount * 2] = from;
    this.#gaps[this.#gapCount * 2 + 1] = to;
    this.#gapCount++;
  }

  /** Takes [from, to) out of the gaps; returns how many bytes of it were in them. */
  #fill(from: number, to: number): number {
    const gaps = this.#gaps!;
    let filled = 0;
    for (let index = 0; index < this.#gapCount; index++) {
      const gapFrom = gaps[index * 2]!;
      const gapTo = gaps[index * 2 + 1]!;
      const start = ((from - gapFrom) | 0) > 0 ? from : gapFrom;
      const end = ((to - gapTo) | 0) < 0 ? to : gapTo;
      const length = (end - start) | 0;
      if (length <= 0) continue;
      filled += length;
      if (start === gapFrom && end === gapTo) {
        this.#delete(index--);
      } else if (start === gapFrom) {
        gaps[index * 2] = end;
      } else {
        gaps[index * 2 + 1] = start;
        if (end !== gapTo) this.#insert(index + 1, end, gapTo);
      }
    }
    return filled;
  }

  #delete(index: number): void {
    this.#gaps!.copyWithin(index * 2, index * 2 + 2, this.#gapCount * 2);
    this.#gapCount--;
  }

  #insert(index: number, from: number, to: number): void {
    if (this.#gapCount === MOST_GAPS) return;
    this.#gaps!.copyWithin(index * 2 + 2, index * 2, this.#gapCount * 2);
    this.#gaps![index * 2] = from;
    this.#gaps![index * 2 + 1] = to;
    this.#gapCount++;
  }
}
