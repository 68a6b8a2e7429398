/** A watch comes as one JSON document a line. */
import { MalformedAnswer } from './malformed-answer.ts';
import { type RawObject, record } from './raw-object.ts';

/* As of one object in a list. */
const MAX_LINE_BYTES = 8 * 1_048_576;
const NEWLINE = 0x0a;

export class JsonLines {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** The lines that are complete with this piece. Throws MalformedAnswer. */
  *push(chunk: Buffer): Generator<RawObject> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const line = Buffer.concat(this.#pieces).toString().trim();
      this.#pieces = [];
      this.#bytes = 0;
      if (line !== '') yield parse(line);
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_LINE_BYTES) throw new MalformedAnswer(`a line of more than ${MAX_LINE_BYTES} bytes`);
    if (piece.length > 0) this.#pieces.push(piece);
  }
}

function parse(line: string): RawObject {
  try {
    return record(JSON.parse(line));
  } catch (cause) {
    throw new MalformedAnswer('a line that is no JSON', { cause });
  }
}
