import { BpfError } from './errors.ts';
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
  #data: RingView;
  #consumer: BigInt64Array;
  #producer: BigInt64Array;
  #closed = false;
  #draining = false;
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
    this.#data = viewsOf(shared, page);
    this.#position = Number(Atomics.load(this.#consumer, 0));
  }

  /** Bytes that the kernel has reserved and that are not read yet, headers and unfinished records included. */
  get bytesPending(): number {
    return Number(Atomics.load(this.#producer, 0)) - this.#position;
  }

  /**
   * Hands up to `maxRecords` records to the handler and returns their number; discarded ones do not count. Stops at a record
   * that its program has not submitted yet, and after one ring's worth of bytes, so that a producer that is faster cannot hold
   * the thread: what is left makes the next wait return at once. When the handler throws, its record counts as read.
   */
  drain(maxRecords: number = Number.POSITIVE_INFINITY): number {
    this.#begin();
    const data = this.#data;
    const { i32 } = data;
    const consumer = this.#consumer;
    const producer = this.#producer;
    const mask = this.size - 1;
    // The producer needs room long before the ring is empty, but telling it of every record would cost more than reading it.
    const publishEvery = this.size >>> 3;
    const limit = this.#position + this.size;
    let position = this.#position;
    let published = position;
    let records = 0;
    try {
      for (;;) {
        const end = Number(Atomics.load(producer, 0));
        if (position === end || position >= limit) break;
        while (position < end) {
          const offset = position & mask;
          const header = Atomics.load(i32, offset >>> 2);
          if ((header & BUSY) !== 0 || records === maxRecords) return records;
          const length = header & LENGTH;
          position += (length + HEADER_BYTES + 7) & ~7;
          if ((header & DISCARD) === 0) {
            records++;
            this.#onRecord(data, offset + HEADER_BYTES, length);
          }
          if (position - published >= publishEvery) {
            Atomics.store(consumer, 0, BigInt(position));
            published = position;
          }
        }
        // The kernel wakes nobody for a record that is not the next to read, so tell it where we are and look again.
        Atomics.store(consumer, 0, BigInt(position));
        published = position;
      }
      return records;
    } finally {
      this.#draining = false;
      this.#position = position;
      if (position !== published) Atomics.store(consumer, 0, BigInt(position));
    }
  }

  #begin(): void {
    const doing = `draining ring buffer ${this.name}`;
    if (this.#closed) throw new BpfError('LIBBPF_ERR_CLOSED', doing, 'its event loop was closed');
    if (this.#draining)
      throw new BpfError('LIBBPF_ERR_STATE', doing, 'it is being drained', {
        hint: 'Do not call drain() from a record handler',
      });
    this.#draining = true;
  }

  /** Lets go of the memory. Called by the event loop. */
  close(): void {
    this.#closed = true;
    const nothing = new ArrayBuffer(8);
    this.#data = viewsOf(nothing, 0);
    this.#consumer = this.#producer = new BigInt64Array(nothing);
    this.#position = 0;
  }
}

function viewsOf(buffer: ArrayBuffer, offset: number): RingView {
  return {
    u8: new Uint8Array(buffer, offset),
    u32: new Uint32Array(buffer, offset),
    i32: new Int32Array(buffer, offset),
    u64: new BigUint64Array(buffer, offset),
    view: new DataView(buffer, offset),
  };
}
