/** Bytes that say where in a stream they belong, so that a gap, a repetition or a swap is noticed. */
export class Pattern {
  static readonly #period = 65_521;
  static readonly #bytes = Buffer.from(
    Array.from({ length: 2 * Pattern.#period }, (_, i) => {
      const at = i % Pattern.#period;
      return (at * 31 + (at >> 8)) & 255;
    }),
  );
  #offset = 0;

  get offset(): number {
    return this.#offset;
  }

  /** The next `length` bytes, at most 65,521. */
  next(length: number): Buffer {
    const at = this.#offset % Pattern.#period;
    this.#offset += length;
    return Pattern.#bytes.subarray(at, at + length);
  }

  /** Whether these are the next bytes. */
  accepts(chunk: Buffer): boolean {
    let good = true;
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + 60_000);
      good = this.next(part.length).equals(part) && good;
      at += part.length;
    }
    return good;
  }
}
