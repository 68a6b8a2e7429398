import { addressOf, holding } from './ffi.ts';

/** A C struct as bytes, little-endian, for the option and info structs of libbpf; offsets are those of its 64-bit headers. */
export class CStruct {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #pointees: ArrayBufferView[] = [];

  /** `sized`: the struct starts with its own size, as libbpf's option structs do. */
  constructor(size: number, sized: 'sized' | 'plain') {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    if (sized === 'sized') this.#view.setBigUint64(0, BigInt(size), true);
  }

  setU32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  /** Stores the address of `memory`; it stays alive during `pass`. */
  setPointer(offset: number, memory: ArrayBufferView): this {
    this.#pointees.push(memory);
    this.#view.setBigUint64(offset, addressOf(memory), true);
    return this;
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  /** A u64 as number: exact up to 2^53. */
  u64(offset: number): number {
    return Number(this.#view.getBigUint64(offset, true));
  }

  /** Bytes `offset` to `offset + length`, a copy. */
  slice(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length);
  }

  /** Calls C with this struct. */
  pass<T>(call: (bytes: Uint8Array) => T): T {
    return holding([this.bytes, ...this.#pointees], () => call(this.bytes));
  }
}
