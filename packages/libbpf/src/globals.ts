import type { Btf } from './btf.ts';
import { codecFor } from './codec.ts';
import { BpfError, nearestName } from './errors.ts';
import { type Pointer, viewOf } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { mapMemory, pageSize } from './memory.ts';
import type { BpfValue, Codec } from './value.ts';

export type GlobalValue = BpfValue;

interface Variable {
  readonly codec: Codec;
  readonly offset: number;
  /** Before load libbpf's memory of the section, valid until load or close; afterwards a mapping of our own of the kernel's. */
  readonly section: DataView;
  readonly constant: boolean;
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

  get(name: string): BpfValue {
    const { codec, section, offset } = this.#find(name, 'reading');
    return codec.read(section, offset);
  }

  set(values: Readonly<Record<string, GlobalValue>>, loaded: boolean): void {
    for (const [name, value] of Object.entries(values)) {
      const { codec, section, offset, constant } = this.#find(name, 'setting');
      const doing = `setting global ${name} of ${this.#object}`;
      if (constant && loaded) {
        throw new BpfError('LIBBPF_ERR_STATE', doing, 'constants are frozen once the object is loaded', {
          hint: 'Set it before load()',
        });
      }
      try {
        codec.write(section, offset, value);
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
    const section = map.fd < 0 ? initialSection(map.pointer) : this.#liveSection(map, constant);
    if (!section) return;
    for (const { typeId: variableId, offset } of datasec.variables) {
      const variable = btf.typeById(variableId);
      if (variable.kind !== 'var') continue;
      this.#variables.set(variable.name, { codec: codecFor(btf, variable.typeId), offset, section, constant });
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
