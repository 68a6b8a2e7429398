/**
 * The bytes of a stream that wait to be parsed, in one piece. Its size is that of the largest record and one chunk: what
 * was parsed makes room for what comes.
 */
export class ByteQueue {
  #bytes = new Uint8Array(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #end = 0;
  #consumed = 0;

  /** Copies a chunk in: the caller may use its memory again at once. */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get view(): DataView {
    return this.#view;
  }

  /** Index of the next byte in `bytes`. */
  get at(): number {
    return this.#start;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Bytes taken since the beginning of the stream. */
  get consumed(): number {
    return this.#consumed;
  }

  take(length: number): void {
    this.#start += length;
    this.#consumed += length;
    if (this.#start !== this.#end) return;
    this.#start = 0;
    this.#end = 0;
  }

  #makeRoom(more: number): void {
    const held = this.length;
    if (held + more <= this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
    } else {
      const larger = new Uint8Array(2 ** Math.ceil(Math.log2(held + more)));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#start = 0;
    this.#end = held;
  }
}
