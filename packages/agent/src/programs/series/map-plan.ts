/** What becomes of one map: its labels and the metrics of its values, decided once from BTF and YAML. */
import { type BpfValue, MAP_TYPE } from '@netguard/libbpf';
import { ownValue } from '../own-value.ts';
import { isHistogramName } from './conventions.ts';
import type { EndNames } from './end-names.ts';
import { fieldNumber } from './field-text.ts';
import { keyPlan, type LabelMaker, type LabelRole, labelMaker } from './label-plan.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { SERIES_LIMITS } from './limits.ts';
import { type SamplePlan, samplePlan, slotsPerSecond } from './sample-plan.ts';
import type { MapSpec } from './spec-schema.ts';
import type { ReadableMap } from './types.ts';

/** One metric of a map: samples that differ in the element of an array only are one. */
export interface FamilyPlan {
  readonly field: string;
  readonly metric: string;
  readonly help: string;
  readonly type: SamplePlan['type'];
  readonly unit: string;
  readonly labelNames: readonly string[];
  readonly roles: readonly (LabelRole | undefined)[];
  /** Which of the texts of an entry (`MapPlan.texts`), element indices and CPU are its labels. */
  readonly selected: readonly number[];
  readonly keptInOther: readonly string[];
  readonly samples: readonly SamplePlan[];
  readonly histogram: HistogramPlan | undefined;
}

export interface HistogramPlan {
  /** Upper bounds of all slots but the last, which is +Inf. */
  readonly bounds: readonly number[];
  /** Times a count of slot i gives a part of the sum, where the program keeps none. */
  readonly middles: readonly number[];
  /** Undefined: the slot is in the key, and the value its count. */
  readonly slots: Leaf | undefined;
  readonly slotOfKey: Leaf | undefined;
  readonly sum: SamplePlan | undefined;
  /** The sum is told, as the program keeps it or by the middles. */
  readonly hasSum: boolean;
}

export interface MapPlan {
  readonly map: ReadableMap;
  readonly spec: MapSpec;
  readonly isPerCpu: boolean;
  readonly families: readonly FamilyPlan[];
  readonly keyMakers: readonly LabelMaker[];
  readonly valueMakers: readonly LabelMaker[];
  /** Everything in the value, as the YAML may name it. */
  readonly valueFields: readonly string[];
  readonly ends: EndNames;
  /** Fields and elements of arrays beyond the limits. */
  readonly leftOut: number;
}

const PER_CPU: ReadonlySet<number> = new Set([MAP_TYPE.PERCPU_ARRAY, MAP_TYPE.PERCPU_HASH, MAP_TYPE.LRU_PERCPU_HASH]);
const NUMBERS: ReadonlySet<Leaf['meaning']> = new Set(['number', 'ns', 'us', 'ms', 'be', 'bool', 'enum']);
const SUM = /(^|_)sum(_(ns|us|ms))?$/;
const COUNT = /(^|_)(count|samples)$/;

/** `program` is the loaded program's name, a part of its metrics' names. */
export function mapPlan(program: string, map: ReadableMap, spec: MapSpec, ends: EndNames): MapPlan {
  const values = leavesOf(map.btf, map.valueType.id, [map.name.replace(/_by_\w+$/, '')], (name) => {
    return (
      ownValue(spec.samples, name === '' ? 'value' : name)?.as ?? (map.bounds && name === 'value' ? 'log2' : undefined)
    );
  });
  const [only] = values.leaves;
  const isNumber = values.leaves.length === 1 && only !== undefined && only.name === '' && NUMBERS.has(only.meaning);
  const isSlotted = map.numberIs === undefined && isHistogramName(map.name);
  const isBySlot = isNumber && (spec.samples.value?.type === 'histogram' || isSlotted);
  const keys = keyPlan(map, spec, ends, isBySlot ? 'slot' : isNumber ? 'count' : 'other');
  const named = values.leaves.filter(({ meaning, name }) => {
    const isDropped = ownValue(spec.samples, name === '' ? 'value' : name)?.drop ?? false;
    return !NUMBERS.has(meaning) && meaning !== 'log2' && !isDropped;
  });
  const valueMakers = named.map((leaf) => labelMaker(leaf, 'value', spec, ends, named));
  const valueFields = [...new Set(values.leaves.map(({ name }) => (name === '' ? 'value' : name)))];
  const plan = { map, spec, ends, isPerCpu: PER_CPU.has(map.type), keyMakers: keys.makers, valueMakers, valueFields };
  const base = spec.metric ?? `netguard_program_${program.replace(/[^a-zA-Z0-9_]+/g, '_')}_${map.name}`;
  const samples = samplesOf(values.leaves, base, map, spec, keys.slot);
  return { ...plan, families: familiesOf(plan, samples, keys.slot), leftOut: keys.leftOut + values.leftOut };
}

function samplesOf(leaves: readonly Leaf[], base: string, map: ReadableMap, spec: MapSpec, slot: Leaf | undefined) {
  const hasSlots = leaves.some(({ meaning }) => meaning === 'log2');
  return leaves.flatMap((leaf): SamplePlan[] => {
    const isHistogram = leaf.meaning === 'log2' || (slot !== undefined && leaf.name === '');
    if (!isHistogram && !NUMBERS.has(leaf.meaning)) return [];
    // The histogram counts and adds up by itself; what the program has of it is not said twice.
    if (hasSlots && !isHistogram && COUNT.test(leaf.name)) return [];
    return [samplePlan(leaf, base, map, spec, isHistogram)];
  });
}

function familiesOf(
  plan: Omit<MapPlan, 'families' | 'leftOut'>,
  samples: readonly SamplePlan[],
  slot: Leaf | undefined,
) {
  const sum = samples.find(({ field, type }) => type !== 'histogram' && SUM.test(field));
  const isSumOfSlots = samples.some(({ type }) => type === 'histogram') && sum !== undefined;
  const byField = new Map<string, SamplePlan[]>();
  for (const sample of samples) {
    if (ownValue(plan.spec.samples, sample.field)?.drop === true || (isSumOfSlots && sample === sum)) continue;
    byField.set(sample.field, [...(byField.get(sample.field) ?? []), sample]);
  }
  return Array.from(byField.values(), (group) => family(plan, group, slot, sum));
}

function family(
  plan: Omit<MapPlan, 'families' | 'leftOut'>,
  samples: readonly SamplePlan[],
  slot: Leaf | undefined,
  sum: SamplePlan | undefined,
): FamilyPlan {
  const [first] = samples;
  if (first === undefined) throw new Error('a metric without a sample');
  const { field, metric, help, type, unit, elements } = first;
  const { spec } = plan;
  const made = [...plan.keyMakers, ...plan.valueMakers].flatMap(({ names, roles, isDropped }) => {
    return names.map((name, index) => ({ name: freeName(name), role: roles[index], isDropped }));
  });
  const closed = elements.map((_, depth) => ({ name: depth === 0 ? 'element' : `element_${depth + 1}` }));
  const cpu = plan.isPerCpu && spec.perCpu === 'label' ? [{ name: 'cpu' }] : [];
  const all = [...made, ...[...closed, ...cpu].map(({ name }) => ({ name, role: undefined, isDropped: false }))];
  const seen = new Set<string>();
  const selected = Array.from(all.keys()).filter((index) => {
    const { name, isDropped } = all[index]!;
    const isKept = !isDropped && !seen.has(name) && (spec.sumBy?.includes(name) ?? true);
    if (isKept) seen.add(name);
    return isKept;
  });
  return {
    ...{ field, metric, help, type, unit, samples, selected },
    labelNames: selected.map((index) => all[index]!.name),
    roles: selected.map((index) => all[index]!.role),
    keptInOther: [...closed, ...cpu].map(({ name }) => name),
    histogram: type === 'histogram' ? histogramPlan(plan, first, slot, sum) : undefined,
  };
}

/** `program` is on every sample, `le` on those of histograms: a field of that name is another thing. */
function freeName(name: string): string {
  return name === 'le' || name === 'program' ? `${name}_field` : name;
}

function histogramPlan(
  { map, spec }: Pick<MapPlan, 'map' | 'spec'>,
  sample: SamplePlan,
  slotOfKey: Leaf | undefined,
  sum: SamplePlan | undefined,
): HistogramPlan {
  const { leaf } = sample;
  const isInKey = leaf.meaning !== 'log2';
  const length = leaf.field.type.kind === 'array' ? leaf.field.type.length : 0;
  const perSecond = slotsPerSecond(sample, map.name, spec);
  if (map.bounds !== undefined) {
    const bounds = map.bounds.map((bound) => bound / perSecond);
    const scaled = sum && { ...sum, read: (value: BpfValue) => sum.read(value) / perSecond };
    return { bounds, middles: [], slots: leaf, slotOfKey: undefined, sum: scaled, hasSum: map.hasSum ?? true };
  }
  const isIndexed = map.type === MAP_TYPE.ARRAY || map.type === MAP_TYPE.PERCPU_ARRAY;
  const slots = Math.min(SERIES_LIMITS.slots, isInKey ? (isIndexed ? map.maxEntries : SERIES_LIMITS.slots) : length);
  const isFloor = spec.slots === 'floor';
  const numbers = Array.from({ length: Math.max(1, slots) }, (_, slot) => slot);
  return {
    bounds: numbers.slice(0, -1).map((slot) => 2 ** (isFloor ? slot + 1 : slot) / perSecond),
    middles: numbers.map((slot) => (2 ** slot * (isFloor ? 1.5 : 0.75)) / perSecond),
    slots: isInKey ? undefined : leaf,
    slotOfKey: isInKey ? slotOfKey : undefined,
    sum,
    hasSum: true,
  };
}

/** The number of a key's slot; NaN where it is none. */
export function slotNumber(leaf: Leaf, key: BpfValue): number {
  return fieldNumber(leaf.take(key), leaf.meaning, leaf.field);
}
