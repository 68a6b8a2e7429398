import { type BpfMap, type BtfType, MAP_TYPE } from '@netguard/libbpf';
import type { ReadableMap } from './types.ts';

const UNKNOWN: BtfType = { kind: 'void', id: 0, name: 'void' };

const WITH_ENTRIES: ReadonlySet<number> = new Set([
  MAP_TYPE.HASH,
  MAP_TYPE.ARRAY,
  MAP_TYPE.PERCPU_HASH,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.LRU_HASH,
  MAP_TYPE.LRU_PERCPU_HASH,
  MAP_TYPE.LPM_TRIE,
]);

/**
 * A map as series are made of it; undefined for one without entries that user space can list or without known values (ring
 * buffers, queues, stacks, maps of maps, of programs and of sockets, and the globals of a program, `.bss` and the like).
 */
export function readableMap(map: BpfMap): ReadableMap | undefined {
  const { btf, name, type } = map;
  if (btf === undefined || map.valueTypeId === 0 || !WITH_ENTRIES.has(type)) return undefined;
  const valueType = btf.resolve(map.valueTypeId);
  if (valueType.kind === 'datasec') return undefined;
  return {
    name,
    type,
    btf,
    keyType: map.keyTypeId === 0 ? UNKNOWN : btf.typeById(map.keyTypeId),
    valueType: btf.typeById(map.valueTypeId),
    maxEntries: map.maxEntries,
    entries: () => map.entries(),
  };
}
