const SLOTS = 32_768;

/** What a source failed on first, as hashes: enough to count it once a second failure makes it a suspect. */
export interface EarlierFailure {
  readonly target: number;
  readonly host: number;
  readonly port: number;
  readonly timeMs: number;
}

/**
 * The first failure of sources that have no other, in fixed memory and without an object each: a spoofed flood, in which
 * nobody comes twice, costs a few numbers a packet. One slot a source; another one with the same slot takes it over.
 */
export class FirstFailures {
  readonly #tags = new Uint32Array(SLOTS);
  readonly #targets = new Uint32Array(SLOTS);
  readonly #hosts = new Uint32Array(SLOTS);
  readonly #ports = new Uint16Array(SLOTS);
  readonly #times = new Float64Array(SLOTS);
  #used = 0;
  #evicted = 0;

  /** Remembers a failure, or returns the earlier one when the source failed on something else within `withinMs`. */
  note(
    source: number,
    target: number,
    host: number,
    port: number,
    timeMs: number,
    withinMs: number,
  ): EarlierFailure | undefined {
    const slot = source & (SLOTS - 1);
    const tag = (source ^ (source >>> 15)) >>> 0 || 1;
    const held = this.#tags[slot];
    if (held === tag && Math.abs(timeMs - this.#times[slot]!) <= withinMs) {
      if (this.#targets[slot] === target) {
        this.#times[slot] = timeMs;
        return undefined;
      }
      return {
        target: this.#targets[slot]!,
        host: this.#hosts[slot]!,
        port: this.#ports[slot]!,
        timeMs: this.#times[slot]!,
      };
    }
    if (held === 0) this.#used++;
    else if (held !== tag) this.#evicted++;
    this.#tags[slot] = tag;
    this.#targets[slot] = target;
    this.#hosts[slot] = host;
    this.#ports[slot] = port;
    this.#times[slot] = timeMs;
    return undefined;
  }

  get state() {
    return { entries: this.#used, capacity: SLOTS, evicted: this.#evicted };
  }
}
