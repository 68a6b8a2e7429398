import koffi from 'koffi';
import type { BpfError } from './errors.ts';

/** A C pointer: its address, null for NULL. */
export type Pointer = bigint | null;
/** Memory of ours that C reads or writes during the call, or an address. */
export type Memory = ArrayBufferView | Pointer;

/** A C prototype: the result's type, then the parameters'. */
export type Signature = readonly [result: CType, ...parameters: CType[]];
type CType = keyof ResultTypes;
interface ResultTypes {
  void: undefined;
  bool: boolean;
  int: number;
  uint32_t: number;
  uint64_t: number;
  int64_t: number;
  size_t: number;
  intptr_t: number;
  long: number;
  str: string;
  'void *': Pointer;
}
type ParameterType<T extends CType> = T extends 'void *' ? Memory : ResultTypes[T];
type Parameters<S extends readonly CType[]> = { -readonly [Index in keyof S]: ParameterType<S[Index]> };
/** The TypeScript function of a C prototype. */
export type Callable<S extends Signature> = S extends readonly [infer R extends CType, ...infer P extends CType[]]
  ? (...parameters: Parameters<P>) => ResultTypes[R]
  : never;
export type Bindings<Table extends Readonly<Record<string, Signature>>> = {
  readonly [Name in keyof Table]: Callable<Table[Name]>;
};

export type Library = ReturnType<typeof koffi.load>;

/** dlopen; `null` means the program itself and what it is linked to. */
export const openLibrary = (path: string | null): Library => koffi.load(path);

/** Binds each function of `table` at its first call, so that a symbol which is missing matters only to who calls it. */
export function bindLazily<const Table extends Readonly<Record<string, Signature>>>(
  table: Table,
  open: () => Library,
  missing: (name: string, cause: unknown) => BpfError,
): Bindings<Table> {
  const bound = {};
  for (const [name, [result, ...parameters]] of Object.entries(table)) {
    Object.defineProperty(bound, name, {
      configurable: true,
      get() {
        const library = open();
        let value: unknown;
        try {
          value = library.func(name, result, [...parameters]);
        } catch (cause) {
          throw missing(name, cause);
        }
        Object.defineProperty(bound, name, { value });
        return value;
      },
    });
  }
  return bound as Bindings<Table>;
}

/** errno of the last C call of this thread. Ask at once: any later call may change it. */
export function lastErrno(): number {
  return koffi.errno();
}

let held: readonly unknown[] = [];

/** Runs a call whose arguments carry addresses of `buffers` inside a struct, where the garbage collector cannot see them. */
export function holding<T>(buffers: readonly unknown[], call: () => T): T {
  const outer = held;
  held = [...outer, ...buffers];
  try {
    return call();
  } finally {
    held = outer;
  }
}

export const addressOf = (memory: ArrayBufferView): bigint => koffi.address(memory);

/** An ArrayBuffer over foreign memory, not a copy: it must not be touched once that memory is gone. */
export const viewOf = (address: bigint, length: number): ArrayBuffer => koffi.view(address, length);

export const stringAt = (address: bigint, length: number): string => koffi.decode.string(address, length);

/** Makes a JavaScript function callable from C for the rest of this thread's life. */
export function registerCallback<A extends unknown[]>(
  callback: (...args: A) => number,
  result: CType,
  parameters: readonly CType[],
): bigint {
  return koffi.register(callback, koffi.pointer(koffi.proto(result, [...parameters])));
}
