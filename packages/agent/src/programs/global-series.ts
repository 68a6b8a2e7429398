import { type BpfObject, type BtfType, type GlobalVariable, MAP_TYPE } from '@netguard/libbpf';
import type { MapDump } from './running-program.ts';
import type { ReadableMap } from './series/types.ts';

type Object = Pick<BpfObject, 'btf' | 'globals' | 'getGlobal' | 'maps'>;

/** Of the key, which a variable has not. */
const NO_KEY: BtfType = { kind: 'void', id: 0, name: 'void' };

/** Variables that the program changes: .bss, .data and sections like them, without constants. */
export function variablesOf(object: Object): readonly GlobalVariable[] {
  return object.globals.filter(({ constant, name }) => !constant && !object.maps.has(name));
}

/** Global variables as series are made of them: each as if it were an array of one entry. A map of the same name goes first. */
export function readableVariables(object: Object): readonly ReadableMap[] {
  const { btf } = object;
  if (btf === undefined) return [];
  return variablesOf(object).map(({ name, typeId }) => ({
    ...{ name, btf, type: MAP_TYPE.ARRAY, maxEntries: 1, keyType: NO_KEY },
    valueType: btf.typeById(typeId),
    entries: () => [[0, object.getGlobal(name)]],
  }));
}

/** What the variables hold now, those of a section together. */
export function dumpVariables(object: Object, limit: number): readonly MapDump[] {
  const bySection = Map.groupBy(variablesOf(object), ({ section }) => section);
  return Array.from(bySection, ([map, variables]) => ({
    map,
    type: 'variables',
    entries: variables.slice(0, limit).map(({ name }) => ({ key: name, value: object.getGlobal(name) })),
    isCut: variables.length > limit,
  }));
}
