import { mapMemory, pageSize } from './memory.ts';

/** The data pages of a ring buffer, mapped twice in a row so that a record that wraps is contiguous. Read-only, zero copy. */
export interface RingView {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u64: BigUint64Array;
  readonly view: DataView;
}

/** `byteOffset` is a multiple of 8. The record is valid during the call only: afterwards the kernel may overwrite it. */
export type RecordHandler = (ring: RingView, byteOffset: number, byteLength: number) => void;

const HEADER_BYTES = 8;
const BUSY = 0x8000_0000;
const DISCARD = 0x4000_0000;
const LENGTH = 0x3fff_ffff;

/** One BPF_MAP_TYPE_RINGBUF read in place. */
export class Ring {
  readonly name: string;
  /** Bytes of the data area. */
  readonly size: number;
  readonly #onRecord: RecordHandler;
  readonly #data: RingView;
  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  /** Position as a number: exact for 9 petabytes. */
  #position: number;

  /** Rings come from EventLoop.addRing. `fd` is needed only here: the mapping holds the map. */
  constructor(name: string, fd: number, size: number, onRecord: RecordHandler) {
    const page = pageSize();
    const doing = `mapping ring buffer ${name}`;
    const consumer = mapMemory(fd, page, 0, 'read-write', doing);
    const shared = mapMemory(fd, page + 2 * size, page, 'read', doing);
    this.name = name;
    this.size = size;
    this.#onRecord = onRecord;
    this.#consumer = new BigInt64Array(consumer, 0, 1);
    this.#producer = new BigInt64Array(shared, 0, 1);
    this.#data = {
      u8: new Uint8Array(shared, page),
      u32: new Uint32Array(shared, page),
      i32: new Int32Array(shared, page),
      u64: new BigUint64Array(shared, page),
      view: new DataView(shared, page),
    };
    this.#position = Number(Atomics.load(this.#consumer, 0));
  }

  /** Bytes that the kernel has reserved and that are not read yet, headers and unfinished records included. */
  get bytesPending(): number {
    return Number(Atomics.load(this.#producer, 0)) - this.#position;
  }

  /**
   * Hands up to `maxRecords` records to the handler and returns their number; discarded ones do not count. Stops at a record
   * that its program has not submitted yet. When the handler throws, its record counts as read.
   */
  drain(maxRecords: number = Number.POSITIVE_INFINITY): number {
    const { i32 } = this.#data;
    const mask = this.size - 1;
    // The producer needs room long before the ring is empty, but telling it of every record would cost more than reading it.
    const publishEvery = this.size >>> 3;
    let position = this.#position;
    let published = position;
    let records = 0;
    try {
      for (;;) {
        const end = Number(Atomics.load(this.#producer, 0));
        if (position === end) break;
        while (position < end) {
          const offset = position & mask;
          const header = Atomics.load(i32, offset >>> 2);
          if ((header & BUSY) !== 0 || records === maxRecords) return records;
          const length = header & LENGTH;
          position += (length + HEADER_BYTES + 7) & ~7;
          if ((header & DISCARD) === 0) {
            records++;
            this.#onRecord(this.#data, offset + HEADER_BYTES, length);
          }
          if (position - published >= publishEvery) {
            Atomics.store(this.#consumer, 0, BigInt(position));
            published = position;
          }
        }
        // The kernel wakes nobody for a record that is not the next to read, so tell it where we are and look again.
        Atomics.store(this.#consumer, 0, BigInt(position));
        published = position;
      }
      return records;
    } finally {
      this.#position = position;
      if (position !== published) Atomics.store(this.#consumer, 0, BigInt(position));
    }
  }
}
