import { MapBatch } from './batch.ts';
import { type BatchTarget, deleteEach, deleteKeys, lookupAll, lookupEach, refused } from './batch-calls.ts';
import { BpfError, ERRNO } from './errors.ts';
import { cpuCount } from './features.ts';
import type { Pointer } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { keyCodec, type MapShape, valueCodec } from './map-codec.ts';
import { type MapInfo, mapInfo, openedShape } from './map-info.ts';
import { BPF_ANY, isIndexed, isPerCpu, MAP_FLAG, roundUp8 } from './map-types.ts';
import { mapMemory, pageSize } from './memory.ts';
import { openPinned, pinFd, unpinPath } from './pin.ts';
import type { BpfValue, Codec } from './value.ts';

/** Shared between a map and the object that owns it. */
export interface MapState {
  /** -1 until loaded. */
  fd: number;
  closed: boolean;
  /** libbpf's map; null for a map that belongs to no object. */
  readonly pointer: Pointer;
  /** What owns it, for messages. */
  readonly owner: string;
}

interface Typed {
  readonly keyCodec: Codec;
  readonly valueCodec: Codec;
  readonly key: Uint8Array;
  readonly keyView: DataView;
  readonly value: Uint8Array;
  readonly valueView: DataView;
}

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
  readonly #state: MapState;
  readonly #shape: MapShape;
  #maxEntries: number;
  #typed: Typed | undefined;
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
    this.#state = state;
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

  /** File descriptor of the loaded map; it stays this package's to close. */
  get fd(): number {
    return this.#ready('taking the file descriptor of');
  }

  get maxEntries(): number {
    return this.#maxEntries;
  }

  /** Before load only. libbpf rounds the size of a ring buffer up to a power of two of whole pages. */
  set maxEntries(entries: number) {
    const pointer = this.#unloaded('sizing');
    const result = libbpf.bpf_map__set_max_entries(pointer, entries);
    if (result < 0) throw refused({ doing: this.#doing('sizing') }, -result);
    this.#maxEntries = libbpf.bpf_map__max_entries(pointer);
  }

  /** Before load: uses the kernel map of `other` instead of creating one. Types and sizes must agree. */
  reuse(other: BpfMap<never, never> | BpfMap): void {
    const pointer = this.#unloaded('sharing');
    const result = libbpf.bpf_map__reuse_fd(pointer, other.fd);
    if (result < 0) throw refused({ doing: this.#doing('sharing') }, -result);
    this.#maxEntries = libbpf.bpf_map__max_entries(pointer);
  }

  /** Before load, of an array or hash of maps: the map whose shape its inner maps have. */
  setInnerMap(template: BpfMap<never, never> | BpfMap): void {
    const result = libbpf.bpf_map__set_inner_map_fd(this.#unloaded('setting the inner map of'), template.fd);
    if (result < 0) throw refused({ doing: this.#doing('setting the inner map of') }, -result);
  }

  /** The value at `key`, undefined when there is none. Of a per-CPU map an array with one value a possible CPU. */
  get(key: K): V | undefined {
    const fd = this.#ready('reading');
    const typed = this.#types();
    typed.keyCodec.write(typed.keyView, 0, key as BpfValue);
    const result = libbpf.bpf_map_lookup_elem(fd, typed.key, typed.value);
    if (result === 0) return typed.valueCodec.read(typed.valueView, 0) as V;
    if (result === -ERRNO.ENOENT) return undefined;
    throw refused({ doing: this.#doing('reading') }, -result);
  }

  /** Writes `value` at `key`; `flags` is BPF_ANY, BPF_NOEXIST or BPF_EXIST. Throws LIBBPF_ERR_MAP_FULL, LIBBPF_ERR_VALUE. */
  set(key: K, value: V, flags: number = BPF_ANY): void {
    const fd = this.#ready('writing');
    const typed = this.#types();
    typed.keyCodec.write(typed.keyView, 0, key as BpfValue);
    typed.valueCodec.write(typed.valueView, 0, value as BpfValue);
    this.#written(libbpf.bpf_map_update_elem(fd, typed.key, typed.value, flags));
  }

  /** False when the key was not there. */
  delete(key: K): boolean {
    this.#ready('deleting from');
    const typed = this.#types();
    typed.keyCodec.write(typed.keyView, 0, key as BpfValue);
    return this.deleteRaw(typed.key);
  }

  /** Takes a value out: of a hash by its key, of a queue or stack with `undefined` as key. */
  take(key: K): V | undefined {
    const fd = this.#ready('taking from');
    const typed = this.#types();
    if (this.keySize > 0) typed.keyCodec.write(typed.keyView, 0, key as BpfValue);
    const result = libbpf.bpf_map_lookup_and_delete_elem(fd, this.keySize > 0 ? typed.key : null, typed.value);
    if (result === 0) return typed.valueCodec.read(typed.valueView, 0) as V;
    if (result === -ERRNO.ENOENT) return undefined;
    throw refused({ doing: this.#doing('taking from') }, -result);
  }

  /** Appends to a queue or stack, or adds to a bloom filter: maps without keys. */
  push(value: V): void {
    const fd = this.#ready('writing');
    const typed = this.#types();
    typed.valueCodec.write(typed.valueView, 0, value as BpfValue);
    this.#written(libbpf.bpf_map_update_elem(fd, null, typed.value, BPF_ANY));
  }

  /** All entries as they were at the first step: the map may be changed while iterating. */
  *entries(): IterableIterator<[K, V]> {
    const batch = new MapBatch();
    const count = this.readBatch(batch);
    const { keyCodec: keys, valueCodec: values } = this.#types();
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
    const fd = this.#ready('reading');
    if (key.length < this.keySize || out.length < this.valueStride) throw this.#tooShort('reading', key, out);
    const result = libbpf.bpf_map_lookup_elem(fd, key, out);
    if (result === 0) return true;
    if (result === -ERRNO.ENOENT) return false;
    throw refused({ doing: this.#doing('reading') }, -result);
  }

  /** As `set`, with bytes. */
  setRaw(key: Uint8Array, value: Uint8Array, flags: number = BPF_ANY): void {
    const fd = this.#ready('writing');
    if (key.length < this.keySize || value.length < this.valueStride) throw this.#tooShort('writing', key, value);
    this.#written(libbpf.bpf_map_update_elem(fd, key, value, flags));
  }

  /** False when the key was not there. */
  deleteRaw(key: Uint8Array): boolean {
    const fd = this.#ready('deleting from');
    if (key.length < this.keySize) throw this.#tooShort('deleting from', key);
    const result = libbpf.bpf_map_delete_elem(fd, key);
    if (result === 0) return true;
    if (result === -ERRNO.ENOENT) return false;
    throw refused({ doing: this.#doing('deleting from') }, -result);
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
    if (keys.length < count * this.keySize) throw this.#tooShort('deleting from', keys);
    return deleteKeys(map, keys, count);
  }

  /**
   * Maps the values of an array with BPF_F_MMAPABLE for reading and writing, in whole pages: entry `i` is at `i` × value size
   * rounded up to 8. The memory stays mapped as long as a view of it is reachable, also after the map is closed.
   */
  mmap(): Uint8Array {
    const fd = this.#ready('mapping');
    if ((this.flags & MAP_FLAG.MMAPABLE) === 0) {
      const hint = 'Add __uint(map_flags, BPF_F_MMAPABLE) to its definition';
      throw new BpfError('LIBBPF_ERR_VALUE', this.#doing('mapping'), 'it was not created with BPF_F_MMAPABLE', {
        hint,
      });
    }
    const page = pageSize();
    const length = Math.ceil((roundUp8(this.valueSize) * this.#maxEntries) / page) * page;
    this.#mapping ??= mapMemory(fd, length, 0, 'read-write', this.#doing('mapping'));
    return new Uint8Array(this.#mapping);
  }

  pin(path: string): void {
    pinFd(this.#ready('pinning'), path, `map ${this.name}`);
  }

  unpin(path: string): void {
    unpinPath(path, `map ${this.name}`);
  }

  /** What the kernel says of the map, with the memory it takes. */
  info(): MapInfo {
    return mapInfo(this.#ready('asking about'), this.name);
  }

  /** Closes a map from `fromPinned` or `fromId`. A map of an object is closed by closing the object. Idempotent. */
  close(): void {
    const state = this.#state;
    if (state.closed) return;
    if (state.pointer !== null) {
      const why = `it belongs to ${state.owner}`;
      throw new BpfError('LIBBPF_ERR_STATE', this.#doing('closing'), why, { hint: 'Close the object' });
    }
    state.closed = true;
    libc.close(state.fd);
    state.fd = -1;
  }

  [Symbol.dispose](): void {
    if (this.#state.pointer === null) this.close();
  }

  #types(): Typed {
    this.#typed ??= this.#makeTypes();
    return this.#typed;
  }

  #makeTypes(): Typed {
    const key = new Uint8Array(Math.max(8, this.keySize));
    const value = new Uint8Array(Math.max(8, this.valueStride));
    return {
      keyCodec: keyCodec(this.#shape),
      valueCodec: valueCodec(this.#shape, isPerCpu(this.type) ? cpuCount() : 1),
      key,
      keyView: new DataView(key.buffer),
      value,
      valueView: new DataView(value.buffer),
    };
  }

  #target(verb: string): BatchTarget {
    const { keySize, valueStride } = this;
    return { fd: this.#ready(verb), doing: this.#doing(verb), keySize, valueStride, maxEntries: this.#maxEntries };
  }

  #ready(verb: string): number {
    const { fd } = this.#state;
    if (fd >= 0) return fd;
    throw this.#notNow(verb, 'the object is not loaded yet', 'Call load() first');
  }

  #unloaded(verb: string): Pointer {
    const { pointer, fd, closed } = this.#state;
    if (pointer !== null && fd < 0 && !closed) return pointer;
    throw this.#notNow(verb, 'the map exists already', 'Do this between BpfObject.open() and load()');
  }

  #notNow(verb: string, why: string, hint: string): BpfError {
    if (this.#state.closed)
      return new BpfError('LIBBPF_ERR_CLOSED', this.#doing(verb), `${this.#state.owner} was closed`);
    return new BpfError('LIBBPF_ERR_STATE', this.#doing(verb), why, { hint });
  }

  #doing(verb: string): string {
    return `${verb} map ${this.name}`;
  }

  #written(result: number): void {
    if (result === 0) return;
    const doing = this.#doing('writing');
    if (result !== -ERRNO.E2BIG) throw refused({ doing }, -result);
    const why = isIndexed(this.type) ? 'the index is out of range' : 'it is full';
    throw new BpfError('LIBBPF_ERR_MAP_FULL', doing, `${why}, it has ${this.#maxEntries} entries`, {
      errno: ERRNO.E2BIG,
    });
  }

  #tooShort(verb: string, key: Uint8Array, value?: Uint8Array): BpfError {
    const got = `${key.length} key${value ? ` and ${value.length} value` : ''} bytes were given`;
    return new BpfError('LIBBPF_ERR_VALUE', this.#doing(verb), got, {
      hint: `A key has ${this.keySize} bytes, a value ${this.valueStride}`,
    });
  }
}
