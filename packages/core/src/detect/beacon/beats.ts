/** Beats kept of one rhythm: the last ones. */
export const BEATS_KEPT = 64;
const NONE: number[] = [];

/** When something happened and how many bytes were sent at it: the last 64 times. */
export class Beats {
  /** Made with the first beat: most pairs never have a second. */
  #times: number[] | undefined;
  #sent: number[] = NONE;
  #received: number[] = NONE;
  /** All that ever were. */
  count = 0;
  /** The count at which they are judged again. */
  notBefore = 0;
  firstMs = Number.NaN;

  add(timeMs: number): void {
    if (this.#times === undefined) {
      this.firstMs = timeMs;
      this.count = 1;
      this.#times = [timeMs];
      this.#sent = [0];
      this.#received = [0];
      return;
    }
    const at = this.count++ % BEATS_KEPT;
    this.#times[at] = timeMs;
    this.#sent[at] = 0;
    this.#received[at] = 0;
  }

  /** More bytes at the beat with this number (`count` when it was added); nothing when it is no longer kept. */
  grow(number: number, sent: number, received: number): void {
    if (number <= this.count - BEATS_KEPT || number > this.count || number < 1) return;
    const at = (number - 1) % BEATS_KEPT;
    this.#sent[at] = (this.#sent[at] ?? 0) + sent;
    this.#received[at] = (this.#received[at] ?? 0) + received;
  }

  get lastMs(): number {
    return this.#times === undefined ? Number.NEGATIVE_INFINITY : (this.#times[(this.count - 1) % BEATS_KEPT] ?? 0);
  }

  /** How many beats are kept. */
  get kept(): number {
    return Math.min(this.count, BEATS_KEPT);
  }

  /** When the nth of the kept beats was, the oldest being 0. */
  timeOf(index: number): number {
    return this.#times?.[(this.count - this.kept + index) % BEATS_KEPT] ?? 0;
  }

  /** The kept beats in the order in which they came. */
  list(): { times: number[]; sent: number[]; received: number[] } {
    const { kept } = this;
    const times: number[] = [];
    const sent: number[] = [];
    const received: number[] = [];
    for (let number = this.count - kept; number < this.count; number++) {
      const at = number % BEATS_KEPT;
      times.push(this.#times?.[at] ?? 0);
      sent.push(this.#sent[at] ?? 0);
      received.push(this.#received[at] ?? 0);
    }
    return { times, sent, received };
  }
}
