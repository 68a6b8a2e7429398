import { type BpfMap, MAP_TYPE } from '@netguard/libbpf';
import type { MapDump, MapView } from './running-program.ts';
import { noEntriesReason } from './series/no-entries.ts';
import { readableMap } from './series/readable-map.ts';

const NAMES = new Map<number, string>(Object.entries(MAP_TYPE).map(([name, type]) => [type, name.toLowerCase()]));
export function mapView(map: BpfMap): MapView {
  const { name, maxEntries } = map;
  return { name, type: typeName(map), maxEntries, bytes: map.info().memlockBytes };
}

/** The first entries of a map, and why there are no metrics of it where that is so. */
export function dumpMap(map: BpfMap, limit: number): MapDump {
  const readable = readableMap(map);
  const entries: { key: MapDump['entries'][number]['key']; value: MapDump['entries'][number]['value'] }[] = [];
  let isCut = false;
  for (const [key, value] of noEntriesReason(map.type) === undefined ? map.entries() : []) {
    isCut = entries.length >= limit;
    if (isCut) break;
    entries.push({ key, value });
  }
  const dump = { map: map.name, type: typeName(map), entries, isCut };
  return typeof readable === 'string' ? { ...dump, noMetrics: readable } : dump;
}

function typeName({ type }: BpfMap): string {
  return NAMES.get(type) ?? String(type);
}
