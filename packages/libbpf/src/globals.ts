import type { Btf } from './btf.ts';
import { codecFor } from './codec.ts';
import { BpfError, nearestName } from './errors.ts';
import { type Pointer, viewOf } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import type { BpfValue, Codec } from './value.ts';

export type GlobalValue = BpfValue;

interface Variable {
  readonly codec: Codec;
  readonly offset: number;
  /** Over libbpf's memory of the section: valid until the object is loaded or closed. */
  readonly section: DataView;
  readonly constant: boolean;
}

/** Global variables of an object: `const volatile` (.rodata), initialized (.data) and zeroed (.bss) ones, found through BTF. */
export class Globals {
  readonly #object: string;
  readonly #variables = new Map<string, Variable>();

  constructor(object: string, btf: Btf | undefined, maps: readonly Pointer[]) {
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

  #collect(btf: Btf, map: Pointer): void {
    if (!libbpf.bpf_map__is_internal(map)) return;
    const typeId = libbpf.bpf_map__btf_value_type_id(map);
    const datasec = typeId === 0 ? undefined : btf.typeById(typeId);
    if (datasec?.kind !== 'datasec' || datasec.name.startsWith('.kconfig')) return;
    const size = new BigUint64Array(1);
    const memory = libbpf.bpf_map__initial_value(map, size);
    if (memory === null) return;
    const section = new DataView(viewOf(memory, Number(size[0])));
    for (const { typeId: variableId, offset } of datasec.variables) {
      const variable = btf.typeById(variableId);
      if (variable.kind !== 'var') continue;
      const codec = codecFor(btf, variable.typeId);
      this.#variables.set(variable.name, { codec, offset, section, constant: datasec.name.startsWith('.rodata') });
    }
  }
}
