import { type BpfValue, MAP_TYPE } from '@netguard/libbpf';
import type { ScriptMap, ScriptValue } from './bpftrace-lines.ts';
import type { Aggregation } from './script-aggregations.ts';
import { histogramType, SCRIPT_TYPES, type ScriptType } from './script-types.ts';
import type { ReadableMap } from './series/types.ts';

type Maps = ReadonlyMap<string, ScriptMap>;

/** How the values of a map become those of its type; undefined for one that is none. */
interface Shape extends ScriptType, Pick<ReadableMap, 'numberIs' | 'bounds' | 'hasSum'> {
  read(value: ScriptValue): BpfValue | undefined;
}

/**
 * The maps of a script, as series are made of them: those that it fills with an aggregation, printed or not, and those of
 * numbers that it has printed. Texts, tuples, and histograms whose bounds are not known are left to `dump`.
 */
export function scriptMaps(aggregations: ReadonlyMap<string, Aggregation>, maps: () => Maps): readonly ReadableMap[] {
  const names = new Set([...[...aggregations.keys()].map((name) => `@${name}`), ...maps().keys()]);
  return [...names].flatMap((name) => {
    const plain = name.replace(/^@/, '');
    const shape = shapeOf(aggregations.get(plain), maps().get(name));
    if (shape === undefined) return [];
    const { read, ...types } = shape;
    return [
      {
        ...types,
        name: plain || 'map',
        type: MAP_TYPE.HASH,
        keyType: SCRIPT_TYPES.key,
        maxEntries: 4096,
        *entries() {
          for (const [key, value] of maps().get(name)?.entries ?? []) {
            const taken = read(value);
            if (taken !== undefined) yield [{ key }, taken] as const;
          }
        },
      },
    ];
  });
}

function shapeOf(aggregation: Aggregation | undefined, printed: ScriptMap | undefined): Shape | undefined {
  switch (aggregation?.by) {
    case 'hist':
    case 'lhist':
      return aggregation.bounds && histogramShape(aggregation.bounds);
    case 'stats':
      return { ...SCRIPT_TYPES.stats, bounds: [], hasSum: true, read: statsValue };
    case 'count':
    case 'sum':
      return { ...SCRIPT_TYPES.number, numberIs: 'counter', read: numberValue };
    case 'min':
    case 'max':
    case 'avg':
      return { ...SCRIPT_TYPES.number, numberIs: 'gauge', read: numberValue };
    case undefined: {
      const [first] = printed?.entries.values() ?? [];
      return typeof first === 'number' ? { ...SCRIPT_TYPES.number, read: numberValue } : undefined;
    }
  }
}

/** Versions after 0.23 write numbers beyond 2^53 as text. */
function numberValue(value: ScriptValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : undefined;
}

function statsValue(value: ScriptValue): BpfValue | undefined {
  const count = partOf(value, 'count');
  const total = partOf(value, 'total');
  return count === undefined || total === undefined ? undefined : { value: [count], sum: total };
}

/** Buckets as bpftrace prints them, from the first to the last that holds something, put where they belong. */
function histogramShape(bounds: readonly number[]): Shape {
  const read = (value: ScriptValue): BpfValue | undefined => {
    if (!Array.isArray(value)) return undefined;
    const counts = new Array<number>(bounds.length + 1).fill(0);
    let slot = 0;
    for (const bucket of value) {
      const most = partOf(bucket, 'max') ?? Number.POSITIVE_INFINITY;
      while (slot < bounds.length && most > bounds[slot]!) slot++;
      counts[slot]! += partOf(bucket, 'count') ?? 0;
    }
    return { value: counts };
  };
  return { ...histogramType(bounds.length + 1), bounds, hasSum: false, read };
}

function partOf(value: ScriptValue, part: string): number | undefined {
  if (typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) return undefined;
  return numberValue(value[part] ?? '');
}
