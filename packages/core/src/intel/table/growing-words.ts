/** A Uint32Array that grows. */
export class GrowingWords {
  #words = new Uint32Array(256);
  length = 0;

  push(word: number): void {
    if (this.length === this.#words.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.length++] = word;
  }

  /** A view of what it holds. */
  get words(): Uint32Array<ArrayBuffer> {
    return this.#words.subarray(0, this.length);
  }
}
