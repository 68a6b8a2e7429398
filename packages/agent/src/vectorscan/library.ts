import koffi from 'koffi';

/** The functions of libhs.so.5 that are used, as <hs/hs_compile.h> and <hs/hs_runtime.h> declare them. 0 is success. */
export interface VectorscanLibrary {
  readonly version: string;
  readonly compileMulti: (
    expressions: BigUint64Array,
    flags: Uint32Array,
    ids: Uint32Array,
    elements: number,
    mode: number,
    platform: null,
    database: BigUint64Array,
    error: BigUint64Array,
  ) => number;
  readonly freeCompileError: (error: bigint) => number;
  readonly freeDatabase: (database: bigint) => number;
  readonly databaseSize: (database: bigint, bytes: BigUint64Array) => number;
  readonly allocScratch: (database: bigint, scratch: BigUint64Array) => number;
  readonly freeScratch: (scratch: bigint) => number;
  readonly scratchSize: (scratch: bigint, bytes: BigUint64Array) => number;
  readonly scan: (
    database: bigint,
    data: Uint8Array,
    length: number,
    flags: number,
    scratch: bigint,
    onMatch: bigint,
    context: null,
  ) => number;
}

/** Vectorscan and Hyperscan 5 have the same name and interface. */
const FILE = 'libhs.so.5';

let opened: VectorscanLibrary | Error | undefined;

/** The library, loaded once for each thread, or why it cannot be. */
export function vectorscanLibrary(): VectorscanLibrary | Error {
  opened ??= open();
  return opened;
}

function open(): VectorscanLibrary | Error {
  try {
    return bind(koffi.load(FILE));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function bind(library: ReturnType<typeof koffi.load>): VectorscanLibrary {
  /* Without the instructions it was built for (SSE4.2 on x86) it would end the process. */
  if (library.func('hs_valid_platform', 'int', [])() !== 0) throw new Error(`${FILE} does not run on this processor`);
  return {
    version: library.func('hs_version', 'str', [])(),
    compileMulti: library.func('hs_compile_multi', 'int', [
      ...['void *', 'void *', 'void *', 'uint32_t', 'uint32_t', 'void *', 'void *', 'void *'],
    ]),
    freeCompileError: library.func('hs_free_compile_error', 'int', ['void *']),
    freeDatabase: library.func('hs_free_database', 'int', ['void *']),
    databaseSize: library.func('hs_database_size', 'int', ['void *', 'void *']),
    allocScratch: library.func('hs_alloc_scratch', 'int', ['void *', 'void *']),
    freeScratch: library.func('hs_free_scratch', 'int', ['void *']),
    scratchSize: library.func('hs_scratch_size', 'int', ['void *', 'void *']),
    scan: library.func('hs_scan', 'int', ['void *', 'void *', 'uint32_t', 'uint32_t', 'void *', 'void *', 'void *']),
  };
}

/** What a compile error says: its message is the first member, a `char *`. */
export function compileErrorText(error: bigint): string {
  return error === 0n ? 'no reason given' : koffi.decode(error, 'str');
}

const held = new Set<ArrayBufferView>();

/** Runs a call that reads `memory` by addresses inside another argument, where the garbage collector cannot see them. */
export function holding<T>(memory: ArrayBufferView, call: () => T): T {
  held.add(memory);
  try {
    return call();
  } finally {
    held.delete(memory);
  }
}

/** The address of the first byte; see `holding`. */
export const addressOf = (memory: ArrayBufferView): bigint => BigInt(koffi.address(memory));

/** A C function that hands each match's id to `take`; it lives as long as the thread. */
export function matchCallback(take: (id: number) => void): bigint {
  const prototype = koffi.proto('int', ['uint32_t', 'uint64_t', 'uint64_t', 'uint32_t', 'void *']);
  return koffi.register((id: number) => {
    take(id);
    return 0;
  }, koffi.pointer(prototype));
}
