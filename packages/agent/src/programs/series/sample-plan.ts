/** Fields that become numbers, and what their metrics are called. */
import type { BpfValue } from '@netguard/libbpf';
import { ownValue } from '../own-value.ts';
import { fieldNumber } from './field-text.ts';
import type { Leaf } from './leaves.ts';
import type { MapSpec, SampleSpec } from './spec-schema.ts';
import type { ReadableMap } from './types.ts';

export type SampleType = 'counter' | 'gauge' | 'histogram';

/** A number of an entry, or the slots of a histogram. */
export interface SamplePlan {
  /** As the YAML and expressions name it: `value` for a bare number. */
  readonly field: string;
  readonly metric: string;
  readonly help: string;
  readonly type: SampleType;
  readonly unit: string;
  readonly elements: readonly number[];
  /** Of a counter or gauge. */
  read(value: BpfValue): number;
  /** Of several CPUs: states and times are not added up. */
  readonly combine: 'sum' | 'max';
  readonly leaf: Leaf;
}

const LEVEL =
  /(^|_)(current|cur|now|active|open|inflight|in_flight|pending|queued|depth|backlog|len|length|size|max|min|peak|last|first|avg|mean|srtt|rtt|state|flags|mode|limit|capacity|used|free|level|percent|ratio|ts|ktime|timestamp|start|seen|gauge|cwnd|ssthresh|mss|window|id)($|_)/;
const TIME_END = /_(ns|nsecs?|us|usecs?|ms|msecs?)(?=_by_|$)/;
const PER_SECOND: Readonly<Record<string, number>> = { ns: 1e9, us: 1e6, ms: 1e3 };
const HISTOGRAM_END = /(^|_)(slots|hist|histogram|log2)$/;
/** Ends that Prometheus gives a meaning which a gauge has not. */
const RESERVED_END = /_(total|count|sum|bucket|info)$/;

/**
 * `base` is the beginning of the metric's name, the map or its name decides what a bare number is. A field is a counter unless
 * it is signed, a float, a state, or its name is one of a level.
 */
export function samplePlan(
  leaf: Leaf,
  base: string,
  { name: mapName, numberIs }: Pick<ReadableMap, 'name' | 'numberIs'>,
  map: MapSpec,
  isHistogram: boolean,
): SamplePlan {
  const field = leaf.name === '' ? 'value' : leaf.name;
  const spec: Partial<SampleSpec> = ownValue(map.samples, field) ?? {};
  const type = isHistogram ? 'histogram' : (spec.type ?? numberIs ?? defaultType(leaf, mapName));
  const timeUnit = timeUnitOf(leaf, mapName, spec);
  const unit = timeUnit === undefined ? (spec.unit ?? '') : 'seconds';
  const perSecond = timeUnit === undefined ? 1 : (PER_SECOND[timeUnit] ?? 1);
  const isScaled = leaf.meaning === 'ns' || leaf.meaning === 'us' || leaf.meaning === 'ms';
  const { metric: own } = spec;
  const metric = own === undefined ? metricName(leaf.name, base, unit, type) : finished(own, type);
  return {
    field,
    metric,
    help: spec.help ?? map.help ?? `${field === 'value' ? 'Values' : `Field ${field}`} of the map ${mapName}.`,
    type,
    unit: unit === 'none' ? '' : unit,
    elements: leaf.elements,
    combine: leaf.meaning === 'enum' || leaf.meaning === 'bool' || /ktime|timestamp|last/.test(field) ? 'max' : 'sum',
    leaf,
    read: isHistogram
      ? (value) => fieldNumber(leaf.take(value), 'number', leaf.field)
      : (value) => fieldNumber(leaf.take(value), leaf.meaning, leaf.field) / (isScaled ? 1 : perSecond),
  };
}

/** Units of a slot's bound in a second; 1 where they are no times. */
export function slotsPerSecond({ leaf }: SamplePlan, mapName: string, map: MapSpec): number {
  const unit = timeUnitOf(leaf, mapName, ownValue(map.samples, leaf.name === '' ? 'value' : leaf.name) ?? {});
  return unit === undefined ? 1 : (PER_SECOND[unit] ?? 1);
}

function timeUnitOf(leaf: Leaf, mapName: string, { unit, as }: Partial<SampleSpec>): string | undefined {
  if (unit !== undefined) return unit in PER_SECOND ? unit : undefined;
  if (as !== undefined && as in PER_SECOND) return as;
  if (leaf.meaning in PER_SECOND) return leaf.meaning;
  if (leaf.meaning !== 'log2' && leaf.name !== '') return undefined;
  const name = leaf.name.replace(/^value$/, '').replace(HISTOGRAM_END, '') || mapName.replace(HISTOGRAM_END, '');
  const found = TIME_END.exec(name)?.[1];
  return found === undefined ? undefined : found.slice(0, 2);
}

function defaultType({ field: { type }, meaning, name }: Leaf, mapName: string): SampleType {
  const isSigned = type.kind === 'int' && type.signed;
  if (isSigned || type.kind === 'float' || meaning === 'bool' || meaning === 'enum') return 'gauge';
  return LEVEL.test((name === '' ? mapName : name).toLowerCase()) ? 'gauge' : 'counter';
}

function metricName(field: string, base: string, unit: string, type: SampleType): string {
  const part = type === 'histogram' ? field.replace(HISTOGRAM_END, '') : field;
  const whole = part === '' || part === 'value' ? base : `${base}_${part}`;
  const bare = type === 'histogram' ? whole.replace(HISTOGRAM_END, '') : whole;
  if (unit === '' || unit === 'none') return finished(bare, type);
  const stem = bare.replace(TIME_END, '').replace(/_total$/, '');
  return finished(stem.endsWith(`_${unit}`) ? stem : `${stem}_${unit}`, type);
}

function finished(name: string, type: SampleType): string {
  if (type === 'counter') return name.endsWith('_total') ? name : `${name}_total`;
  return RESERVED_END.test(name) ? `${name}_value` : name;
}
