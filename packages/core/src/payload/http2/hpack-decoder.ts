import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';
import { type Field, HpackTable } from './hpack-table.ts';
import { huffmanText } from './huffman.ts';

/** Header blocks of one direction in the order sent, from the first of the connection (RFC 7541). */
export class HpackDecoder {
  readonly #table = new HpackTable();
  #block: Uint8Array = new Uint8Array(0);
  #at = 0;
  #isBroken = false;
  #textBytesLeft: number = LIMITS.hpackTextBytes;

  /** False after a block that was cut off, wrong or beyond a limit: what the table holds is not known any more. */
  get isUsable(): boolean {
    return !this.#isBroken;
  }

  /** Fields of the next block; those before the place where it is cut off or wrong. */
  decode(block: Uint8Array): Field[] {
    const fields: Field[] = [];
    this.#block = block;
    this.#at = 0;
    while (this.#at < block.length && !this.#isBroken) {
      const field = this.#next();
      if (field === undefined) continue;
      this.#textBytesLeft -= field[0].length + field[1].length;
      if (this.#textBytesLeft < 0 || fields.length === LIMITS.hpackFields) return this.#broken(fields);
      fields.push(field);
    }
    return fields;
  }

  /** Undefined when it was no field (a new size of the table), or is broken. */
  #next(): Field | undefined {
    const first = this.#block[this.#at]!;
    if (first >= 0x80) return this.#table.find(this.#integer(7)) ?? this.#broken(undefined);
    if (first >= 0x20 && first < 0x40) {
      if (!this.#table.resize(this.#integer(5))) this.#isBroken = true;
      return undefined;
    }
    const isKept = first >= 0x40;
    const index = this.#integer(isKept ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#table.find(index)?.[0];
    const value = name === undefined ? undefined : this.#string();
    if (name === undefined || value === undefined) return this.#broken(undefined);
    const field: Field = [name, value];
    if (isKept) this.#table.add(field);
    return field;
  }

  /** Section 5.1; beyond 28 bits it is no size and no index. -1 then, and where the block ends within it. */
  #integer(prefixBits: number): number {
    const most = 2 ** prefixBits - 1;
    let value = this.#block[this.#at++]! & most;
    if (value < most) return value;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#block[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    this.#isBroken = true;
    return -1;
  }

  #string(): string | undefined {
    if (this.#at >= this.#block.length) return undefined;
    const isHuffman = this.#block[this.#at]! >= 0x80;
    const length = this.#integer(7);
    const from = this.#at;
    if (length < 0 || from + length > this.#block.length) return undefined;
    this.#at = from + length;
    return isHuffman ? huffmanText(this.#block, from, this.#at) : latin1(this.#block, from, this.#at);
  }

  #broken<T>(value: T): T {
    this.#isBroken = true;
    return value;
  }
}
