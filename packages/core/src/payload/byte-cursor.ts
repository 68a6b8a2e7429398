const NOTHING = new Uint8Array(0);

/**
 * Reads a message from its beginning, bounded by `end`. Nothing throws: what lies behind the end reads as 0 or as what is left
 * of it, and from then on `isCut` is true. Numbers are in network order unless they say otherwise.
 */
export class ByteCursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  isCut = false;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.#number(1);
  }

  u16(): number {
    return this.#number(2);
  }

  u24(): number {
    return this.#number(3);
  }

  u32(): number {
    return this.#number(4);
  }

  /** Little-endian, as SMB, MySQL and MongoDB write. */
  u16le(): number {
    const value = this.u16();
    return ((value & 0xff) << 8) | (value >>> 8);
  }

  u32le(): number {
    const low = this.u16le();
    return low + this.u16le() * 0x10000;
  }

  /** The next `length` bytes, or as many as there are. */
  take(length: number): Uint8Array {
    const taken = this.#advance(length);
    return taken === 0 ? NOTHING : this.bytes.subarray(this.at - taken, this.at);
  }

  /** A cursor over the next `length` bytes; it is cut from the start when fewer are left. */
  part(length: number): ByteCursor {
    const start = this.at;
    const taken = this.#advance(length);
    const part = new ByteCursor(this.bytes, start, start + taken);
    part.isCut = taken < length;
    return part;
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** Up to, and over, the next `byte`: undefined when it is not within `most` bytes. */
  until(byte: number, most: number): Uint8Array | undefined {
    const length = this.bytes.subarray(this.at, Math.min(this.end, this.at + most + 1)).indexOf(byte);
    if (length < 0) {
      if (this.left <= most) this.isCut = true;
      return undefined;
    }
    const text = this.bytes.subarray(this.at, this.at + length);
    this.at += length + 1;
    return text;
  }

  #number(size: number): number {
    if (this.left < size) {
      this.#advance(size);
      return 0;
    }
    let value = 0;
    for (let index = 0; index < size; index++) value = value * 256 + this.bytes[this.at++]!;
    return value;
  }

  #advance(length: number): number {
    const taken = Math.min(length, this.left);
    if (taken < length) this.isCut = true;
    this.at += taken;
    return taken;
  }
}
