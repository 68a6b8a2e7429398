import { MapBatch } from './batch.ts';
import { type BatchTarget, deleteEach, deleteKeys, lookupAll, lookupEach, refused } from './batch-calls.ts';
import type { Btf } from './btf.ts';
import { BpfError, ERRNO } from './errors.ts';
import { cpuCount } from './features.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { type MapShape, TypedBuffers } from './map-codec.ts';
import { MapHandle, type MapRef, type MapState } from './map-handle.ts';
import { type MapInfo, mapInfo, openedShape } from './map-info.ts';
import { BPF_ANY, isIndexed, isPerCpu, MAP_FLAG, roundUp8 } from './map-types.ts';
import { mapMemory, pageSize } from './memory.ts';
import { openPinned, pinFd, unpinPath } from './pin.ts';
import type { BpfValue } from './value.ts';

/**
 * A map: typed access by the BTF of its key and value (`get`, `set`, `entries`), raw access by bytes, and whole-map batches for
 * hot paths. Belongs to a BpfObject and is closed with it, or, from `fromPinned` and `fromId`, to the caller.
 */
export class BpfMap<K = BpfValue, V = BpfValue> implements Disposable {
  readonly name: string;
  /** A number of MAP_TYPE. */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes; of one CPU's value in a per-CPU map. */
  readonly valueSize: number;
  /** Bytes of a value as calls see it: for a per-CPU map possible CPUs × value size rounded up to 8. */
  readonly valueStride: number;
  /** BPF_F_* it was created with. */
  readonly flags: number;
  readonly #handle: MapHandle;
  readonly #shape: MapShape;
  #maxEntries: number;
  #typed: TypedBuffers | undefined;
  #snapshot: MapBatch | undefined;
  #mapping: ArrayBuffer | undefined;

  /** Maps come from BpfObject, `fromPinned` and `fromId`. */
  constructor(name: string, shape: MapShape, flags: number, maxEntries: number, state: MapState) {
    this.name = name;
    this.type = shape.type;
    this.keySize = shape.keySize;
    this.valueSize = shape.valueSize;
    this.valueStride = isPerCpu(shape.type) ? roundUp8(shape.valueSize) * cpuCount() : shape.valueSize;
    this.flags = flags;
    this.#shape = shape;
    this.#maxEntries = maxEntries;
    this.#handle = new MapHandle(name, state);
  }

  /** Opens a map pinned on a bpf file system. Its types are known when the process may read BTF by id (CAP_SYS_ADMIN). */
  static fromPinned<K = BpfValue, V = BpfValue>(path: string): BpfMap<K, V> {
    return BpfMap.#standalone(openPinned(path), path);
  }

  /** Opens a map by the kernel's id for it. Needs CAP_SYS_ADMIN. */
  static fromId<K = BpfValue, V = BpfValue>(id: number): BpfMap<K, V> {
    const fd = libbpf.bpf_map_get_fd_by_id(id);
    if (fd < 0) throw refused({ doing: `opening map ${id}` }, -fd);
    return BpfMap.#standalone(fd, `id ${id}`);
  }

  static #standalone<K, V>(fd: number, owner: string): BpfMap<K, V> {
    const info = mapInfo(fd, owner);
    return new BpfMap(info.name, openedShape(info), info.flags, info.maxEntries, {
      fd,
      closed: false,
      pointer: null,
      owner,
    });
  }

  /** The types that its keys and values refer to; undefined when nothing is known of them. */
  get btf(): Btf | undefined {
    return this.#shape.btf;
  }

  /** Type id in `btf`; 0: unknown. */
  get keyTypeId(): number {
    return this.#shape.keyTypeId;
  }

  /** Type id in `btf`, of one CPU's value in a per-CPU map; 0: unknown. */
  get valueTypeId(): number {
    return this.#shape.valueTypeId;
  }

  /** File descriptor of the loaded map; it stays this package's to close. */
  get fd(): number {
    return this.#handle.ready('using');
  }

  get maxEntries(): number {
    return this.#maxEntries;
  }

  /** Before load only. libbpf rounds the size of a ring buffer up to a power of two of whole pages. */
  set maxEntries(entries: number) {
    const pointer = this.#handle.unloaded('sizing');
    this.#handle.check('sizing', libbpf.bpf_map__set_max_entries(pointer, entries));
    this.#maxEntries = libbpf.bpf_map__max_entries(pointer);
  }

  /** Before load: uses the kernel map of `other` instead of creating one. Types and sizes must agree. */
  reuse(other: MapRef): void {
    const pointer = this.#handle.unloaded('sharing');
    // libbpf takes on whatever shape the other map has, and programs would read beyond its values.
    const { type, keySize, valueSize } = mapInfo(other.fd, other.name);
    if (type !== this.type || keySize !== this.keySize || valueSize !== this.valueSize) {
      const why = `${other.name} has type ${type}, keys of ${keySize} and values of ${valueSize} bytes`;
      const hint = `Needed are type ${this.type}, ${this.keySize} and ${this.valueSize} bytes`;
      throw new BpfError('LIBBPF_ERR_VALUE', this.#handle.doing('sharing'), why, { hint });
    }
    this.#handle.check('sharing', libbpf.bpf_map__reuse_fd(pointer, other.fd));
    this.#maxEntries = libbpf.bpf_map__max_entries(pointer);
  }

  /** Before load, of an array or hash of maps: the map whose shape its inner maps have. */
  setInnerMap(template: MapRef): void {
    const verb = 'setting the inner map of';
    this.#handle.check(verb, libbpf.bpf_map__set_inner_map_fd(this.#handle.unloaded(verb), template.fd));
  }

  /** Before load: the map is not pinned by itself, whatever its definition says (LIBBPF_PIN_BY_NAME). True when it wanted to be. */
  dropPin(): boolean {
    const verb = 'dropping the pin of';
    const pointer = this.#handle.unloaded(verb);
    if (libbpf.bpf_map__pin_path(pointer) === null) return false;
    this.#handle.check(verb, libbpf.bpf_map__set_pin_path(pointer, null));
    return true;
  }

  /** The value at `key`, undefined when there is none. Of a per-CPU map an array with one value a possible CPU. */
  get(key: K): V | undefined {
    const fd = this.#handle.ready('reading');
    const typed = this.#types();
    const result = libbpf.bpf_map_lookup_elem(fd, typed.writeKey(key as BpfValue), typed.value);
    return this.#handle.found('reading', result) ? (typed.readValue() as V) : undefined;
  }

  /** Writes `value` at `key`; `flags` is BPF_ANY, BPF_NOEXIST or BPF_EXIST. Throws LIBBPF_ERR_MAP_FULL, LIBBPF_ERR_VALUE. */
  set(key: K, value: V, flags: number = BPF_ANY): void {
    const fd = this.#handle.ready('writing');
    const typed = this.#types();
    typed.writeKey(key as BpfValue);
    this.#written(libbpf.bpf_map_update_elem(fd, typed.key, typed.writeValue(value as BpfValue), flags));
  }

  /** False when the key was not there. */
  delete(key: K): boolean {
    this.#handle.ready('deleting from');
    return this.deleteRaw(this.#types().writeKey(key as BpfValue));
  }

  /** Takes a value out: of a hash by its key, of a queue or stack with `undefined` as key. */
  take(key: K): V | undefined {
    const fd = this.#handle.ready('taking from');
    const typed = this.#types();
    const at = this.keySize > 0 ? typed.writeKey(key as BpfValue) : null;
    const result = libbpf.bpf_map_lookup_and_delete_elem(fd, at, typed.value);
    return this.#handle.found('taking from', result) ? (typed.readValue() as V) : undefined;
  }

  /** Appends to a queue or stack, or adds to a bloom filter: maps without keys. */
  push(value: V): void {
    const fd = this.#handle.ready('writing');
    this.#written(libbpf.bpf_map_update_elem(fd, null, this.#types().writeValue(value as BpfValue), BPF_ANY));
  }

  /** All entries as they were at the first step: the map may be changed while iterating. */
  *entries(): IterableIterator<[K, V]> {
    const batch = new MapBatch();
    const count = this.readBatch(batch);
    const { keys, values } = this.#types();
    for (let at = 0; at < count; at++) {
      const key = keys.read(batch.keysView, at * batch.keyStride);
      yield [key as K, values.read(batch.valuesView, at * batch.valueStride) as V];
    }
  }

  /** Deletes all entries; zeroes an array, whose entries cannot be deleted. */
  clear(): void {
    this.#snapshot ??= new MapBatch();
    const count = this.readBatch(this.#snapshot);
    if (!isIndexed(this.type)) {
      this.deleteBatch(this.#snapshot.keys, count);
      return;
    }
    const zero = new Uint8Array(this.valueStride);
    for (let at = 0; at < count; at++) {
      this.setRaw(this.#snapshot.keys.subarray(at * this.keySize, (at + 1) * this.keySize), zero);
    }
  }

  /** Reads the value at `key` into `out` (valueStride bytes). False when there is none. */
  getRaw(key: Uint8Array, out: Uint8Array): boolean {
    const fd = this.#handle.ready('reading');
    this.#mustHold('reading', key, out);
    return this.#handle.found('reading', libbpf.bpf_map_lookup_elem(fd, key, out));
  }

  /** As `set`, with bytes. */
  setRaw(key: Uint8Array, value: Uint8Array, flags: number = BPF_ANY): void {
    const fd = this.#handle.ready('writing');
    this.#mustHold('writing', key, value);
    this.#written(libbpf.bpf_map_update_elem(fd, key, value, flags));
  }

  /** False when the key was not there. */
  deleteRaw(key: Uint8Array): boolean {
    const fd = this.#handle.ready('deleting from');
    this.#mustHold('deleting from', key);
    return this.#handle.found('deleting from', libbpf.bpf_map_delete_elem(fd, key));
  }

  /**
   * Fills `target` with all entries and returns their number: one system call for as many as fit, nothing allocated once the
   * batch has grown. Steps one by one where the kernel has no batch operation for this type of map.
   */
  readBatch(target: MapBatch): number {
    const map = this.#target('reading');
    if (!lookupAll(map, target, false)) lookupEach(map, target);
    return target.count;
  }

  /**
   * As readBatch, deleting what it read. Not exact while programs update the map: an update that falls between the reading and
   * the deleting of an entry is lost. Totals are better taken as differences between two `readBatch`.
   */
  lookupAndDeleteBatch(target: MapBatch): number {
    const map = this.#target('draining');
    if (!lookupAll(map, target, true)) {
      lookupEach(map, target);
      deleteEach(map, target.keys, 0, target.count);
    }
    return target.count;
  }

  /** Deletes `count` keys that lie one after another in `keys`. Returns how many were there. */
  deleteBatch(keys: Uint8Array, count: number): number {
    const map = this.#target('deleting from');
    this.#mustHold('deleting from', keys, undefined, count);
    return deleteKeys(map, keys, count);
  }

  /**
   * Maps the values of an array with BPF_F_MMAPABLE for reading and writing, in whole pages: entry `i` is at `i` × value size
   * rounded up to 8. The memory stays mapped as long as a view of it is reachable, also after the map is closed.
   */
  mmap(): Uint8Array {
    const fd = this.#handle.ready('mapping');
    if ((this.flags & MAP_FLAG.MMAPABLE) === 0) {
      const hint = 'Add __uint(map_flags, BPF_F_MMAPABLE) to its definition';
      throw new BpfError('LIBBPF_ERR_VALUE', this.#handle.doing('mapping'), 'it was not created with BPF_F_MMAPABLE', {
        hint,
      });
    }
    const page = pageSize();
    const length = Math.ceil((roundUp8(this.valueSize) * this.#maxEntries) / page) * page;
    this.#mapping ??= mapMemory(fd, length, 0, 'read-write', this.#handle.doing('mapping'));
    return new Uint8Array(this.#mapping);
  }

  pin(path: string): void {
    pinFd(this.#handle.ready('pinning'), path, `map ${this.name}`);
  }

  unpin(path: string): void {
    unpinPath(path, `map ${this.name}`);
  }

  /** What the kernel says of the map, with the memory it takes. */
  info(): MapInfo {
    return mapInfo(this.#handle.ready('asking about'), this.name);
  }

  /** Closes a map from `fromPinned` or `fromId`. A map of an object is closed by closing the object. Idempotent. */
  close(): void {
    const state = this.#handle.state;
    if (state.closed) return;
    if (state.pointer !== null) {
      const why = `it belongs to ${state.owner}`;
      throw new BpfError('LIBBPF_ERR_STATE', this.#handle.doing('closing'), why, { hint: 'Close the object' });
    }
    state.closed = true;
    libc.close(state.fd);
    state.fd = -1;
  }

  [Symbol.dispose](): void {
    if (this.#handle.state.pointer === null) this.close();
  }

  #types(): TypedBuffers {
    this.#typed ??= new TypedBuffers(this.#shape, isPerCpu(this.type) ? cpuCount() : 1);
    return this.#typed;
  }

  #target(verb: string): BatchTarget {
    const { keySize, valueStride, maxEntries } = this;
    return { fd: this.#handle.ready(verb), doing: this.#handle.doing(verb), keySize, valueStride, maxEntries };
  }

  #written(result: number): void {
    if (result !== -ERRNO.E2BIG) {
      this.#handle.check('writing', result);
      return;
    }
    const why = isIndexed(this.type) ? 'the index is out of range' : 'it is full';
    const doing = this.#handle.doing('writing');
    throw new BpfError('LIBBPF_ERR_MAP_FULL', doing, `${why}, it has ${this.#maxEntries} entries`, {
      errno: ERRNO.E2BIG,
    });
  }

  #mustHold(verb: string, key: Uint8Array, value?: Uint8Array, count = 1): void {
    if (key.length >= this.keySize * count && (!value || value.length >= this.valueStride)) return;
    const got = `${key.length} key${value ? ` and ${value.length} value` : ''} bytes were given`;
    const hint = `A key has ${this.keySize} bytes, a value ${this.valueStride}`;
    throw new BpfError('LIBBPF_ERR_VALUE', this.#handle.doing(verb), got, { hint });
  }
}
