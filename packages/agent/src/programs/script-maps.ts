import { MAP_TYPE } from '@netguard/libbpf';
import type { ScriptValue } from './bpftrace-lines.ts';
import { SCRIPT_TYPES } from './script-types.ts';
import type { ReadableMap } from './series/types.ts';

type Maps = ReadonlyMap<string, ReadonlyMap<string, ScriptValue>>;

/** The maps that a script has printed, as series are made of them; histograms and texts are left to `dump`. */
export function scriptMaps(maps: () => Maps): readonly ReadableMap[] {
  return [...maps()].flatMap(([name, now]) => {
    const [first] = now.values();
    const isNumber = typeof first === 'number';
    if (!isNumber && !isStats(first)) return [];
    return [
      {
        name: name.replace(/^@/, '') || 'map',
        type: MAP_TYPE.HASH,
        btf: SCRIPT_TYPES.btf,
        keyType: SCRIPT_TYPES.key,
        valueType: isNumber ? SCRIPT_TYPES.number : SCRIPT_TYPES.stats,
        maxEntries: 4096,
        *entries() {
          for (const [key, value] of maps().get(name) ?? []) {
            if ((typeof value === 'number') === isNumber) yield [{ key }, value] as const;
          }
        },
      },
    ];
  });
}

function isStats(value: ScriptValue | undefined): boolean {
  return typeof value === 'object' && value !== null && 'count' in value && 'total' in value;
}
