import { Btf } from './btf.ts';
import { BpfError, ERRNO, errnoText, nearestName } from './errors.ts';
import { type Pointer, viewOf } from './ffi.ts';
import { Globals, type GlobalValue, type GlobalVariable } from './globals.ts';
import { libbpf } from './libbpf.ts';
import { loadError } from './load-error.ts';
import { loadInThread } from './load-in-thread.ts';
import { libbpfReason, logged } from './log.ts';
import { BpfMap } from './map.ts';
import type { MapState } from './map-handle.ts';
import { BpfProgram, type ProgramState } from './program.ts';
import { CStruct } from './struct.ts';
import type { BpfValue } from './value.ts';

/** struct bpf_object_open_opts up to and with kernel_log_level, which every libbpf 1.x has. */
const OPEN_OPTIONS_BYTES = 80;

export interface OpenOptions {
  /** 1 or 2: the verifier's log is asked for and kept in `log` also when all goes well. Default 0: only on refusal. */
  readonly kernelLogLevel?: number;
}

/**
 * A compiled BPF object file. `open` parses it, then settings are made (`setGlobals`, `maxEntries`, `autoload`, `reuse`),
 * `load` creates its maps and has its programs verified, and `close` ends it all: links, programs, maps.
 */
export class BpfObject implements Disposable {
  /** File name without `.bpf.o` or `.o`. */
  readonly name: string;
  readonly maps: ReadonlyMap<string, BpfMap>;
  readonly programs: ReadonlyMap<string, BpfProgram>;
  /** What libbpf and the verifier said while opening and loading. */
  log: string;
  readonly #pointer: Pointer;
  readonly #path: string;
  readonly #mapStates: MapState[] = [];
  readonly #programStates: ProgramState[] = [];
  #btf: Btf | undefined;
  #globals: Globals | undefined;
  readonly #debug: boolean;
  #phase: 'opened' | 'loading' | 'loaded' | 'refused' | 'closed' = 'opened';
  #isCloseWanted = false;

  private constructor(pointer: Pointer, path: string, log: string, debug: boolean) {
    this.#debug = debug;
    this.#pointer = pointer;
    this.#path = path;
    this.log = log;
    this.name = libbpf.bpf_object__name(pointer);
    this.#btf = readBtf(pointer);
    this.maps = this.#collectMaps();
    this.programs = this.#collectPrograms();
  }

  /** Parses an object file. Needs no privilege. Throws LIBBPF_ERR_OPEN. */
  static open(path: string, options: OpenOptions = {}): BpfObject {
    const opts = new CStruct(OPEN_OPTIONS_BYTES, 'sized').setU32(72, options.kernelLogLevel ?? 0);
    const { value, errno, log } = logged(() => opts.pass((bytes) => libbpf.bpf_object__open_file(path, bytes)));
    if (value !== null) return new BpfObject(value, path, log, (options.kernelLogLevel ?? 0) > 0);
    const reason = libbpfReason(log);
    throw new BpfError('LIBBPF_ERR_OPEN', `opening ${path}`, reason ?? errnoText(errno), { errno, log });
  }

  /** The types of the object; undefined when it was compiled without -g. */
  get btf(): Btf | undefined {
    return this.#btf;
  }

  /**
   * Sets global variables by name: `const volatile` ones before `load` only, others at any time. A struct is an object, an
   * array an array. Throws LIBBPF_ERR_NOT_FOUND with the nearest name, LIBBPF_ERR_VALUE, LIBBPF_ERR_STATE.
   */
  setGlobals(values: Readonly<Record<string, GlobalValue>>): void {
    this.#open('setting globals of');
    this.#globalVariables().set(values, this.#phase === 'loaded');
  }

  /** The present value of a global variable: what programs see, once loaded. */
  getGlobal(name: string): BpfValue {
    this.#open('reading globals of');
    return this.#globalVariables().get(name);
  }

  /** All global variables, constants too; none without BTF. */
  get globals(): readonly GlobalVariable[] {
    this.#open('listing globals of');
    return this.#globalVariables().list();
  }

  /** The map of that name. Throws LIBBPF_ERR_NOT_FOUND with the names that exist. */
  map<K = BpfValue, V = BpfValue>(name: string): BpfMap<K, V> {
    const map = this.maps.get(name);
    if (!map) throw this.#unknown('map', name, this.maps.keys());
    return map as unknown as BpfMap<K, V>;
  }

  /** The program of that name. Throws LIBBPF_ERR_NOT_FOUND with the names that exist. */
  program(name: string): BpfProgram {
    const program = this.programs.get(name);
    if (!program) throw this.#unknown('program', name, this.programs.keys());
    return program;
  }

  /** Creates the maps, loads the programs. Once: after a refusal open the file anew. Throws LIBBPF_ERR_PRIVILEGE, _VERIFIER, _LOAD. */
  load(): void {
    const doing = this.#beginLoad();
    const { value, log } = logged(() => libbpf.bpf_object__load(this.#pointer), this.#debug);
    this.#endLoad(doing, value, log);
  }

  /**
   * As `load`, on another thread: verifying may take seconds. Calls of other threads that collect libbpf's log wait for it,
   * another load too. A `close` meanwhile takes effect when the kernel is done; then this throws LIBBPF_ERR_CLOSED.
   */
  async loadInThread(): Promise<void> {
    const doing = this.#beginLoad();
    this.#phase = 'loading';
    try {
      const { value, log } = await loadInThread(this.#pointer, this.#debug, doing);
      if (!this.#isCloseWanted) this.#endLoad(doing, value, log);
    } finally {
      if (this.#phase === 'loading') this.#phase = 'refused';
      if (this.#isCloseWanted) this.close();
    }
    this.#open('loading');
  }

  #beginLoad(): string {
    this.#open('loading');
    const doing = `loading ${this.#path}`;
    if (this.#phase !== 'opened') {
      const why = this.#phase === 'loaded' ? 'it is loaded already' : 'an earlier load was refused';
      throw new BpfError('LIBBPF_ERR_STATE', doing, why, { hint: 'Open the file anew to load it again' });
    }
    this.#globals = undefined;
    return doing;
  }

  #endLoad(doing: string, value: number, log: string): void {
    this.log += log;
    if (value < 0) {
      this.#phase = 'refused';
      throw loadError(doing, -value, log);
    }
    this.#phase = 'loaded';
    for (const state of this.#mapStates) state.fd = libbpf.bpf_map__fd(state.pointer);
    for (const state of this.#programStates) state.fd = libbpf.bpf_program__fd(state.pointer);
  }

  /** Closes links, programs and maps. What is pinned, or used by what is pinned, lives on in the kernel. Idempotent. */
  close(): void {
    if (this.#phase === 'closed') return;
    if (this.#phase === 'loading') {
      this.#isCloseWanted = true;
      return;
    }
    this.#phase = 'closed';
    for (const state of this.#programStates) {
      for (const link of [...state.links]) link.close();
    }
    for (const state of [...this.#mapStates, ...this.#programStates]) {
      state.closed = true;
      state.fd = -1;
    }
    this.#globals = undefined;
    libbpf.bpf_object__close(this.#pointer);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #collectMaps(): Map<string, BpfMap> {
    const maps = new Map<string, BpfMap>();
    for (
      let at = libbpf.bpf_object__next_map(this.#pointer, null);
      at !== null;
      at = libbpf.bpf_object__next_map(this.#pointer, at)
    ) {
      const state: MapState = { fd: -1, closed: false, pointer: at, owner: `object ${this.name}` };
      const name = libbpf.bpf_map__name(at);
      const shape = {
        type: libbpf.bpf_map__type(at),
        keySize: libbpf.bpf_map__key_size(at),
        valueSize: libbpf.bpf_map__value_size(at),
        keyTypeId: libbpf.bpf_map__btf_key_type_id(at),
        valueTypeId: libbpf.bpf_map__btf_value_type_id(at),
        btf: this.#btf,
      };
      maps.set(name, new BpfMap(name, shape, libbpf.bpf_map__map_flags(at), libbpf.bpf_map__max_entries(at), state));
      this.#mapStates.push(state);
    }
    return maps;
  }

  #collectPrograms(): Map<string, BpfProgram> {
    const programs = new Map<string, BpfProgram>();
    const next = libbpf.bpf_object__next_program;
    for (let at = next(this.#pointer, null); at !== null; at = next(this.#pointer, at)) {
      const state: ProgramState = {
        fd: -1,
        closed: false,
        pointer: at,
        owner: `object ${this.name}`,
        links: new Set(),
      };
      const name = libbpf.bpf_program__name(at);
      programs.set(name, new BpfProgram(name, libbpf.bpf_program__section_name(at), state));
      this.#programStates.push(state);
    }
    return programs;
  }

  #globalVariables(): Globals {
    this.#globals ??= new Globals(this.name, this.#btf, this.#mapStates);
    return this.#globals;
  }

  #open(verb: string): void {
    if (this.#phase === 'loading')
      throw new BpfError('LIBBPF_ERR_STATE', `${verb} object ${this.name}`, 'it is being loaded');
    if (this.#phase === 'closed')
      throw new BpfError('LIBBPF_ERR_CLOSED', `${verb} object ${this.name}`, 'it was closed');
  }

  #unknown(kind: string, name: string, names: Iterable<string>): BpfError {
    const existing = [...names];
    const near = nearestName(name, existing);
    return new BpfError(
      'LIBBPF_ERR_NOT_FOUND',
      `finding ${kind} ${name} in ${this.#path}`,
      `it has ${existing.join(', ') || 'none'}`,
      {
        errno: ERRNO.ENOENT,
        ...(near ? { hint: `The nearest name is ${near}` } : {}),
      },
    );
  }
}

/** libbpf's copy rather than the file's: it has the offsets of global variables filled in. */
function readBtf(object: Pointer): Btf | undefined {
  const btf = libbpf.bpf_object__btf(object);
  if (btf === null) return undefined;
  const size = new Uint32Array(1);
  const data = libbpf.btf__raw_data(btf, size);
  return data === null ? undefined : Btf.parse(new Uint8Array(viewOf(data, size[0]!)).slice());
}
