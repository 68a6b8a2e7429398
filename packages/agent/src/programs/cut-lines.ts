/** Lines of a text that comes in pieces. Linear in its length, whatever the pieces; what is longer than a line may be is left. */
export class LineCutter {
  readonly #longest: number;
  #pieces: string[] = [];
  #length = 0;

  /** `longest`: characters of a line, without its end. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The lines that are whole now; undefined for one that was too long. */
  *take(text: string): Generator<string | undefined> {
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, to));
      from = to + 1;
      yield this.#length > this.#longest ? undefined : this.#pieces.join('');
      this.#pieces = [];
      this.#length = 0;
    }
    this.#keep(text.slice(from));
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#longest) this.#pieces = [];
    else this.#pieces.push(piece);
  }
}
