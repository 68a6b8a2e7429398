import type { Btf } from './btf.ts';
import { codecFor } from './codec.ts';
import { BpfError, nearestName } from './errors.ts';
import { type Pointer, viewOf } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { mapMemory, pageSize } from './memory.ts';
import type { BpfValue, Codec } from './value.ts';

export type GlobalValue = BpfValue;

/** A global variable of an object, and what its type id refers to: `BpfObject.btf`. */
export interface GlobalVariable {
  readonly name: string;
  /** `.data`, `.bss`, `.rodata`, or one that the source names. */
  readonly section: string;
  /** The map that holds the section as its only value, at key 0; and where in it, in bytes. */
  readonly map: string;
  readonly offset: number;
  readonly typeId: number;
  /** Programs cannot change it either. */
  readonly constant: boolean;
}

interface Variable {
  readonly facts: GlobalVariable;
  readonly codec: Codec;
  /** Before load libbpf's memory of the section, valid until load or close; afterwards a mapping of our own of the kernel's, made when it is asked for. */
  readonly memory: () => DataView;
}

/** A map of the object, of which the ones that hold global variables are used. */
export interface SectionMap {
  readonly pointer: Pointer;
  /** -1 before load. */
  readonly fd: number;
}

/** Global variables of an object: `const volatile` (.rodata), initialized (.data) and zeroed (.bss) ones, found through BTF. */
export class Globals {
  readonly #object: string;
  readonly #variables = new Map<string, Variable>();

  constructor(object: string, btf: Btf | undefined, maps: readonly SectionMap[]) {
    this.#object = object;
    if (btf) for (const map of maps) this.#collect(btf, map);
  }

  list(): GlobalVariable[] {
    return Array.from(this.#variables.values(), ({ facts }) => facts);
  }

  get(name: string): BpfValue {
    const { codec, memory, facts } = this.#find(name, 'reading');
    return codec.read(memory(), facts.offset);
  }

  set(values: Readonly<Record<string, GlobalValue>>, loaded: boolean): void {
    for (const [name, value] of Object.entries(values)) {
      const { codec, memory, facts } = this.#find(name, 'setting');
      const doing = `setting global ${name} of ${this.#object}`;
      if (facts.constant && loaded) {
        throw new BpfError('LIBBPF_ERR_STATE', doing, 'constants are frozen once the object is loaded', {
          hint: 'Set it before load()',
        });
      }
      try {
        codec.write(memory(), facts.offset, value);
      } catch (cause) {
        throw new BpfError('LIBBPF_ERR_VALUE', doing, cause instanceof Error ? cause.message : String(cause), {
          cause,
        });
      }
    }
  }

  #find(name: string, verb: string): Variable {
    const variable = this.#variables.get(name);
    if (variable) return variable;
    const near = nearestName(name, this.#variables.keys());
    const names = [...this.#variables.keys()].join(', ') || 'none';
    throw new BpfError('LIBBPF_ERR_NOT_FOUND', `${verb} global ${name} of ${this.#object}`, `it has ${names}`, {
      ...(near ? { hint: `The nearest name is ${near}` } : {}),
    });
  }

  #collect(btf: Btf, map: SectionMap): void {
    if (!libbpf.bpf_map__is_internal(map.pointer)) return;
    const typeId = libbpf.bpf_map__btf_value_type_id(map.pointer);
    const datasec = typeId === 0 ? undefined : btf.typeById(typeId);
    if (datasec?.kind !== 'datasec' || datasec.name.startsWith('.kconfig')) return;
    const constant = datasec.name.startsWith('.rodata');
    const initial = map.fd < 0 ? initialSection(map.pointer) : undefined;
    if (map.fd < 0 && !initial) return;
    let live: DataView | undefined;
    const memory = () => {
      live ??= initial ?? this.#liveSection(map, constant);
      return live;
    };
    const mapName = libbpf.bpf_map__name(map.pointer);
    for (const { typeId: variableId, offset } of datasec.variables) {
      const variable = btf.typeById(variableId);
      if (variable.kind !== 'var') continue;
      const { name, typeId } = variable;
      const facts = { name, section: datasec.name, map: mapName, offset, typeId, constant };
      this.#variables.set(name, { facts, codec: codecFor(btf, typeId), memory });
    }
  }

  /** Kernels since 5.5 make these maps mappable. A constant section is frozen and maps for reading only. */
  #liveSection(map: SectionMap, constant: boolean): DataView {
    const page = pageSize();
    const length = Math.ceil(libbpf.bpf_map__value_size(map.pointer) / page) * page;
    const doing = `mapping the globals of ${this.#object}`;
    return new DataView(mapMemory(map.fd, length, 0, constant ? 'read' : 'read-write', doing));
  }
}

function initialSection(map: Pointer): DataView | undefined {
  const size = new BigUint64Array(1);
  const memory = libbpf.bpf_map__initial_value(map, size);
  return memory === null ? undefined : new DataView(viewOf(memory, Number(size[0])));
}
