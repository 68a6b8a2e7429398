import { roundUp8 } from './map-types.ts';

const FIRST_CAPACITY = 1024;

/**
 * Buffers for a whole map, owned by the caller and reused from call to call: they grow to what a map holds and then no further
 * memory is taken. Entry `i` has its key at `i * keyStride` and its value at `i * valueStride`.
 *
 * Growing replaces the arrays: take `keys`, `values` and the word views anew after every call that fills the batch.
 */
export class MapBatch {
  /** Entries filled by the last call. */
  count = 0;
  /** Entries that fit without growing. */
  capacity = 0;
  /** Bytes from one key to the next: the map's key size. */
  keyStride = 0;
  /** Bytes from one value to the next: the value size; for a per-CPU map possible CPUs × value size rounded up to 8. */
  valueStride = 0;
  keys: Uint8Array = new Uint8Array(0);
  values: Uint8Array = new Uint8Array(0);
  keys32: Uint32Array = new Uint32Array(0);
  values32: Uint32Array = new Uint32Array(0);
  values64: BigUint64Array = new BigUint64Array(0);
  keysView: DataView = new DataView(new ArrayBuffer(0));
  valuesView: DataView = new DataView(new ArrayBuffer(0));

  /** `capacity`: entries to make room for at the first use. */
  constructor(capacity = 0) {
    this.capacity = capacity;
  }

  /** Takes on the strides of a map and empties the batch. Called by the map. */
  reset(keyStride: number, valueStride: number): void {
    this.count = 0;
    if (keyStride === this.keyStride && valueStride === this.valueStride) return;
    this.keyStride = keyStride;
    this.valueStride = valueStride;
    this.#allocate(this.capacity || FIRST_CAPACITY, 0);
  }

  /** Makes room for `entries`, at least doubling; what the batch holds is kept. Called by the map. */
  reserve(entries: number): void {
    if (entries <= this.capacity && this.keys.length > 0) return;
    this.#allocate(Math.max(entries, this.capacity * 2), this.count);
  }

  #allocate(capacity: number, kept: number): void {
    const keys = new Uint8Array(roundUp8(capacity * this.keyStride) || 8);
    const values = new Uint8Array(roundUp8(capacity * this.valueStride) || 8);
    if (kept > 0) {
      keys.set(this.keys.subarray(0, kept * this.keyStride));
      values.set(this.values.subarray(0, kept * this.valueStride));
    }
    this.capacity = capacity;
    this.keys = keys;
    this.values = values;
    this.keys32 = new Uint32Array(keys.buffer, 0, keys.length >>> 2);
    this.values32 = new Uint32Array(values.buffer, 0, values.length >>> 2);
    this.values64 = new BigUint64Array(values.buffer, 0, values.length >>> 3);
    this.keysView = new DataView(keys.buffer);
    this.valuesView = new DataView(values.buffer);
  }
}
