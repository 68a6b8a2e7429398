const FIRST_SIZE = 8;

/**
 * 32-bit hashes seen lately, in bounded memory: two generations, the older dropped whole when the younger is full or old.
 * A hash is remembered for `ttlMs` to twice that, unless `limit` newer ones came. Small as long as it holds few.
 */
export class RecentHashes {
  readonly #limit: number;
  readonly #ttlMs: number;
  #young: Uint32Array = new Uint32Array(FIRST_SIZE);
  #old: Uint32Array | undefined;
  #size = 0;
  #bornMs = Number.NaN;

  /** @param limit hashes a generation holds; a power of two times 3/4 uses its memory best. */
  constructor(limit: number, ttlMs: number) {
    this.#limit = limit;
    this.#ttlMs = ttlMs;
  }

  /** Remembers the hash; true when it was not known. */
  add(hash: number, timeMs: number): boolean {
    const value = hash >>> 0 || 1;
    if (!(Math.abs(timeMs - this.#bornMs) < this.#ttlMs)) {
      // After a silence of two generations nothing of before is recent.
      const isStale = !(Math.abs(timeMs - this.#bornMs) < 2 * this.#ttlMs);
      this.#rotate(timeMs);
      if (isStale) this.#old = undefined;
    }
    if (find(this.#young, value) < 0) return false;
    const known = this.#old !== undefined && find(this.#old, value) < 0;
    this.#insert(value, timeMs);
    return !known;
  }

  has(hash: number): boolean {
    const value = hash >>> 0 || 1;
    return find(this.#young, value) < 0 || (this.#old !== undefined && find(this.#old, value) < 0);
  }

  #insert(value: number, timeMs: number): void {
    if (this.#size >= this.#limit) this.#rotate(timeMs);
    else if ((this.#size + 1) * 4 > this.#young.length * 3) this.#grow();
    this.#young[find(this.#young, value)] = value;
    this.#size++;
  }

  #rotate(timeMs: number): void {
    this.#old = this.#size > 0 ? this.#young : undefined;
    this.#young = new Uint32Array(FIRST_SIZE);
    this.#size = 0;
    this.#bornMs = timeMs;
  }

  #grow(): void {
    const before = this.#young;
    this.#young = new Uint32Array(before.length * 2);
    for (const value of before) if (value !== 0) this.#young[find(this.#young, value)] = value;
  }
}

/** The free slot for the value, or −1 when it is there. */
function find(table: Uint32Array, value: number): number {
  const mask = table.length - 1;
  let at = (Math.imul(value, 0x9e3779b1) >>> 16) & mask;
  for (;;) {
    const held = table[at];
    if (held === value) return -1;
    if (held === 0) return at;
    at = (at + 1) & mask;
  }
}
