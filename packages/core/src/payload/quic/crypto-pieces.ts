import { PAYLOAD_LIMITS } from '../limits.ts';

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Pieces of a handshake stream in any order, of one datagram or several; what is over the limits is left out. */
export class CryptoPieces {
  readonly #pieces: Piece[] = [];

  /** Copies `bytes`. */
  add(offset: number, bytes: Uint8Array): void {
    const isOver =
      offset + bytes.length > PAYLOAD_LIMITS.quicCryptoBytes || this.#pieces.length === PAYLOAD_LIMITS.quicPieces;
    if (isOver || bytes.length === 0 || this.#pieces.some((piece) => covers(piece, offset, bytes.length))) return;
    this.#pieces.push({ offset, bytes: Uint8Array.from(bytes) });
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** The stream from its beginning to the first gap. */
  beginning(): Uint8Array {
    this.#pieces.sort((one, other) => one.offset - other.offset);
    let end = 0;
    for (const { offset, bytes } of this.#pieces) {
      if (offset > end) break;
      end = Math.max(end, offset + bytes.length);
    }
    const stream = new Uint8Array(end);
    for (const { offset, bytes } of this.#pieces) {
      if (offset >= end) break;
      stream.set(bytes, offset);
    }
    return stream;
  }
}

function covers({ offset, bytes }: Piece, at: number, length: number): boolean {
  return at >= offset && at + length <= offset + bytes.length;
}
