/**
 * Global variables of a loaded object, read through the map of their section. Not through a mapping of it: that would keep the
 * map in the kernel after the object is closed, until the garbage collector comes by.
 */
import {
  type BpfObject,
  type BpfValue,
  type Btf,
  type BtfType,
  codecFor,
  type GlobalVariable,
  MAP_TYPE,
} from '@netguard/libbpf';
import type { MapDump } from './running-program.ts';
import type { ReadableMap } from './series/types.ts';

type Object = Pick<BpfObject, 'btf' | 'globals' | 'maps'>;

/** Of the key, which a variable has not. */
const NO_KEY: BtfType = { kind: 'void', id: 0, name: 'void' };

/**
 * Global variables as series are made of them: each as if it were an array of one entry. What is no letter, digit or `_` in a
 * name is `_` (BTF calls a static variable `seen` of f() `f.seen`). Where two are then alike, a map goes first, and then the
 * variable that is called so in the source.
 */
export function readableVariables(object: Object): readonly ReadableMap[] {
  const { btf } = object;
  if (btf === undefined) return [];
  const variables = changeable(object);
  const taken = new Set([...object.maps.keys(), ...variables.map(({ name }) => name)]);
  return variables.flatMap((variable): ReadableMap[] => {
    const name = variable.name.replace(/[^A-Za-z0-9_]/g, '_');
    if (name !== variable.name && taken.has(name)) return [];
    taken.add(name);
    const read = reader(object, btf, variable);
    const series = {
      ...{ name, btf, type: MAP_TYPE.ARRAY, maxEntries: 1, keyType: NO_KEY, isVariable: true },
      valueType: btf.typeById(variable.typeId),
      entries: () => [[0, read()]] as const,
    };
    return [series];
  });
}

/** What the variables hold now, those of a section together. */
export function dumpVariables(object: Object, limit: number): readonly MapDump[] {
  const { btf } = object;
  if (btf === undefined) return [];
  const bySection = Map.groupBy(changeable(object), ({ section }) => section);
  return Array.from(bySection, ([map, variables]) => ({
    map,
    type: 'variables',
    entries: variables.slice(0, limit).map((each) => ({ key: each.name, value: reader(object, btf, each)() })),
    isCut: variables.length > limit,
  }));
}

/** Those that the program may change: .bss, .data and sections like them. */
function changeable(object: Object): readonly GlobalVariable[] {
  return object.globals.filter(({ constant, name }) => !constant && !object.maps.has(name));
}

function reader({ maps }: Object, btf: Btf, { name, map, typeId, offset }: GlobalVariable): () => BpfValue {
  const section = maps.get(map);
  if (section === undefined) throw new Error(`${name} is in no map`);
  const codec = codecFor(btf, typeId);
  const first = new Uint8Array(4);
  const bytes = new Uint8Array(section.valueStride);
  return () => {
    section.getRaw(first, bytes);
    return codec.read(new DataView(bytes.buffer), offset);
  };
}
