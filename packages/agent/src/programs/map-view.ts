import { type BpfMap, MAP_TYPE } from '@netguard/libbpf';
import type { MapDump, MapView } from './running-program.ts';

const NAMES = new Map<number, string>(Object.entries(MAP_TYPE).map(([name, type]) => [type, name.toLowerCase()]));
/** Maps whose entries are read. The rest are rings, queues, or hold other kernel objects. */
const READABLE: ReadonlySet<number> = new Set([
  MAP_TYPE.HASH,
  MAP_TYPE.ARRAY,
  MAP_TYPE.PERCPU_HASH,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.LRU_HASH,
  MAP_TYPE.LRU_PERCPU_HASH,
  MAP_TYPE.LPM_TRIE,
]);

export function mapView(map: BpfMap): MapView {
  const { name, maxEntries } = map;
  return { name, type: typeName(map), maxEntries, bytes: map.info().memlockBytes };
}

/** The first entries of a map; undefined for one that is not read so, and for global variables. */
export function dumpMap(map: BpfMap, limit: number): MapDump | undefined {
  if (!READABLE.has(map.type) || map.name.includes('.')) return undefined;
  const entries: { key: MapDump['entries'][number]['key']; value: MapDump['entries'][number]['value'] }[] = [];
  let isCut = false;
  for (const [key, value] of map.entries()) {
    isCut = entries.length >= limit;
    if (isCut) break;
    entries.push({ key, value });
  }
  return { map: map.name, type: typeName(map), entries, isCut };
}

function typeName({ type }: BpfMap): string {
  return NAMES.get(type) ?? String(type);
}
