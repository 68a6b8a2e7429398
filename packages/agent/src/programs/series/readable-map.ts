import type { BpfMap, BtfType } from '@netguard/libbpf';
import { noEntriesReason } from './no-entries.ts';
import type { ReadableMap } from './types.ts';

const UNKNOWN: BtfType = { kind: 'void', id: 0, name: 'void' };

/** A map as series are made of it, or why none are. */
export function readableMap(map: BpfMap): ReadableMap | string {
  const { btf, name, type } = map;
  const reason = noEntriesReason(type);
  if (reason !== undefined) return reason;
  if (btf === undefined || map.valueTypeId === 0)
    return 'nothing says what its values are: give it __type(value, …), and clang -g';
  if (btf.resolve(map.valueTypeId).kind === 'datasec') return 'it holds global variables, which are read one by one';
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
