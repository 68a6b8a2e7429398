import { type IdentifyMemory, identifyMemory } from '../identify.ts';

const NOTHING = new Uint8Array(0);

/** One direction of a conversation: the beginning of its stream, as far as it was sampled without a gap. */
export class Direction {
  #stream: Uint8Array = NOTHING;
  #bytes = 0;
  #isBroken = false;
  readonly memory: IdentifyMemory = identifyMemory();
  /** Samples of it so far. */
  samples = 0;
  /** Bytes sent up to the end of what was joined, also where fewer were sampled. */
  wireBytes = 0;
  /** Facts of the joined stream that were told. */
  told = 0;
  /** More of the stream may tell more than was told. */
  isWaiting = false;

  /**
   * The stream with this segment at its end, valid while the segment's bytes are. Undefined: it does not join what is known.
   * A segment of which only the beginning was sampled is the last that joins.
   */
  join(bytes: Uint8Array, offset: number, length: number): Uint8Array | undefined {
    this.samples++;
    if (this.#isBroken || offset !== this.#bytes) {
      this.#isBroken = true;
      return undefined;
    }
    this.#stream = offset === 0 ? bytes : joined(this.#stream, bytes);
    this.#bytes = offset + bytes.length;
    this.wireBytes = offset + length;
    this.#isBroken = bytes.length < length;
    return this.#stream;
  }

  /** What was joined so far. */
  get stream(): Uint8Array {
    return this.#stream;
  }

  /** No further segment can join. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Copies what was joined, as the sample it is a view of ends. Returns the bytes that this holds. */
  hold(): number {
    this.#stream = new Uint8Array(this.#stream);
    return this.#stream.length;
  }

  /** Lets go of the bytes; nothing joins any more. */
  release(): void {
    this.#stream = NOTHING;
    this.#isBroken = true;
    this.isWaiting = false;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
