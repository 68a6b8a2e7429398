import { ngLiveHeader as H, ngSockRecord as R } from '@netguard/core/abi';
import type { BpfIterator, BpfMap } from '@netguard/libbpf';

/** More passes than this in one tick would let a full array starve the rest of the tick. */
const MAX_PASSES = 8;

export interface LivePass {
  readonly records: number;
  /** All sockets visited, moved or not. */
  readonly seen: number;
  readonly pass: number;
  /** Sockets that moved and found no room even in the last pass; they come in the next tick. */
  readonly left: number;
}

/** Reads the live sockets that moved since the last pass, through an array both sides have mapped: no copy, no read(). */
export class LiveSockets {
  readonly #iterator: BpfIterator;
  readonly #header: DataView;
  readonly #records: Uint8Array;
  readonly #view: DataView;
  #pass = 0;

  constructor(iterator: BpfIterator, header: BpfMap, records: BpfMap) {
    this.#iterator = iterator;
    const mapped = header.mmap();
    this.#header = new DataView(mapped.buffer, mapped.byteOffset, mapped.byteLength);
    this.#records = records.mmap();
    this.#view = new DataView(this.#records.buffer, this.#records.byteOffset, this.#records.byteLength);
  }

  /** Calls `each` with every record that moved. The bytes are valid during the call only. */
  read(each: (bytes: Uint8Array, view: DataView, offset: number) => void): LivePass {
    let records = 0;
    let seen = 0;
    let left = 0;
    for (let i = 0; i < MAX_PASSES; i++) {
      this.#header.setUint32(H.count, 0, true);
      this.#header.setUint32(H.overflow, 0, true);
      this.#header.setUint32(H.seen, 0, true);
      this.#header.setUint32(H.pass, ++this.#pass, true);
      this.#iterator.run();
      const count = this.#header.getUint32(H.count, true);
      for (let n = 0; n < count; n++) each(this.#records, this.#view, n * R.SIZE);
      records += count;
      seen = this.#header.getUint32(H.seen, true);
      left = this.#header.getUint32(H.overflow, true);
      if (left === 0) break;
    }
    return { records, seen, pass: this.#pass, left };
  }
}
