const SLOTS = 32_768;

/**
 * The first port of pairs that have tried no other, in fixed memory and without an object each: most pairs never try a
 * second one. One slot a pair; another one with the same slot takes it over.
 */
export class FirstPorts {
  readonly #tags = new Uint32Array(SLOTS);
  readonly #ports = new Uint16Array(SLOTS);
  #used = 0;
  #evicted = 0;

  /** The port that the pair tried before, when it is another one; else undefined, and `port` is remembered. */
  other(pair: number, port: number): number | undefined {
    const slot = pair & (SLOTS - 1);
    const tag = (pair ^ (pair >>> 15)) >>> 0 || 1;
    const held = this.#tags[slot];
    if (held === tag) return this.#ports[slot] === port ? undefined : this.#ports[slot];
    if (held === 0) this.#used++;
    else this.#evicted++;
    this.#tags[slot] = tag;
    this.#ports[slot] = port;
    return undefined;
  }

  get state() {
    return { entries: this.#used, capacity: SLOTS, evicted: this.#evicted };
  }
}
