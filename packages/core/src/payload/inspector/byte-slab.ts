/** Where bytes were put. */
export interface Kept {
  readonly start: number;
  readonly length: number;
  /** Bytes that had been put before the end of these, gaps at the turn included. */
  readonly mark: number;
}

/**
 * A ring of bytes: what is put last overwrites what was put first. One block of memory for beginnings of conversations, instead
 * of one each, which the allocator would not give back.
 */
export class ByteSlab {
  readonly #bytes: Uint8Array;
  #at = 0;
  #put = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Copies `bytes`, which must be no longer than the ring. */
  put(bytes: Uint8Array): Kept {
    const { length } = bytes;
    if (this.#at + length > this.#bytes.length) {
      this.#put += this.#bytes.length - this.#at;
      this.#at = 0;
    }
    const start = this.#at;
    this.#bytes.set(bytes, start);
    this.#at += length;
    this.#put += length;
    return { start, length, mark: this.#put };
  }

  /** A view that is valid until something is put; undefined: it has been overwritten. */
  get({ start, length, mark }: Kept): Uint8Array | undefined {
    return this.#isWhole(length, mark, 0) ? this.#bytes.subarray(start, start + length) : undefined;
  }

  /** Whether putting so many bytes may overwrite these. */
  overwrites({ length, mark }: Kept, bytes: number): boolean {
    return !this.#isWhole(length, mark, 2 * bytes);
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  #isWhole(length: number, mark: number, more: number): boolean {
    return this.#put + more - (mark - length) <= this.#bytes.length;
  }
}
