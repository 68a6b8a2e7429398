import type { BpfValue } from '@netguard/libbpf';
import type { LabelValues } from '../../metrics/bounded-series.ts';
import { FamilyCells } from './family-cells.ts';
import { SERIES_LIMITS } from './limits.ts';
import { type FamilyPlan, type MapPlan, slotNumber } from './map-plan.ts';

interface Known {
  /** What the entry held at the last reading; one number for each sample and slot. */
  readonly numbers: Float64Array;
  reading: number;
}

/** Reads a map again and again and keeps its series: counters by differences, so that none falls when an entry goes. */
export class MapReader {
  readonly plan: MapPlan;
  readonly families: readonly FamilyCells[];
  readonly #known = new Map<string, Known>();
  readonly #width: number;
  #reading = 0;
  #nowMs = Number.NaN;
  #previousMs = Number.NaN;
  #unread = 0;

  constructor(plan: MapPlan, program: string) {
    this.plan = plan;
    const constant = { ...plan.spec.constLabels, program };
    this.families = plan.families.map((family) => new FamilyCells(family, plan.spec.maxSeries, constant));
    this.#width = plan.families.reduce((sum, family) => sum + numbersOf(family), 0);
  }

  /** Entries that were beyond the limit of a reading, since the start. */
  get unread(): number {
    return this.#unread;
  }

  /** Nobody sees what is in a map that is neither exported nor asked for: it is not read. */
  get isWanted(): boolean {
    return this.plan.spec.export || this.families.some(({ isAsked }) => isAsked);
  }

  /** Reads the map, with a stop every so many entries; until the end series are neither as before nor as now. Throws what reading throws. */
  *read(nowMs: number): Generator<undefined, void> {
    const reading = ++this.#reading;
    this.#nowMs = nowMs;
    const entries = this.plan.map.entries()[Symbol.iterator]();
    // A map that cannot be read mostly says so here, when nothing has begun: its gauges are then shown as they were.
    let next = entries.next();
    for (const family of this.families) family.begin(reading);
    let seen = 0;
    for (; next.done !== true; next = entries.next()) {
      const [key, value] = next.value;
      if (seen++ >= SERIES_LIMITS.entries || !this.#entry(key, value)) this.#unread++;
      if (seen % SERIES_LIMITS.entriesInOneGo === 0) yield;
    }
    // What is not in a part of the map may be in the rest of it.
    if (seen <= SERIES_LIMITS.entries) this.#forget(reading);
    for (const family of this.families) family.end(nowMs, this.#previousMs);
    this.#previousMs = nowMs;
  }

  #forget(reading: number): void {
    for (const [key, known] of this.#known) if (known.reading !== reading) this.#known.delete(key);
  }

  /** False for one that there is no room to remember. */
  #entry(key: BpfValue, value: BpfValue): boolean {
    const { plan } = this;
    const cpus = plan.isPerCpu && Array.isArray(value) ? value : [value];
    const texts = plan.keyMakers.flatMap((maker) => maker.make(key));
    const of = { key, texts, isPending: plan.ends.takePending() };
    const name = entryName(key);
    if (plan.spec.perCpu === 'sum') return this.#values(name, of, cpus, '');
    return cpus.every((one, cpu) => this.#values(`${name}@${cpu}`, of, [one], String(cpu)));
  }

  /** `values` are to be added up: one of each CPU, or one alone. */
  #values(
    name: string,
    { key, texts: keyTexts, isPending }: Pick<Entry, 'key' | 'texts'> & { readonly isPending: boolean },
    values: readonly BpfValue[],
    cpu: string,
  ): boolean {
    const { plan } = this;
    let known = this.#known.get(name);
    if (known === undefined) {
      if (this.#known.size >= 2 * SERIES_LIMITS.entries) return false;
      known = { numbers: new Float64Array(this.#width), reading: this.#reading };
      this.#known.set(name, known);
    }
    known.reading = this.#reading;
    const texts = [...keyTexts, ...plan.valueMakers.flatMap(({ make }) => firstText(make, values))];
    // What it has grown by is counted when it has its name.
    if (plan.ends.takePending() || isPending) return true;
    let at = 0;
    for (const cells of this.families) {
      at = this.#family(cells, { key, values, texts, cpu, numbers: known.numbers, nowMs: this.#nowMs }, at);
    }
    return true;
  }

  /** Returns where the next family's numbers begin. */
  #family(cells: FamilyCells, entry: Entry, at: number): number {
    const { plan } = cells;
    if (plan.histogram !== undefined) return histogram(cells, plan.histogram, entry, at);
    for (const [index, sample] of plan.samples.entries()) {
      const numbers = entry.values.map((value) => sample.read(value));
      const now = sample.combine === 'max' ? Math.max(...numbers) : numbers.reduce((sum, number) => sum + number, 0);
      const labels = labelsOf(plan, entry, sample.elements);
      cells.add(labels, plan.type === 'gauge' ? now : growth(entry.numbers, at + index, now), entry.nowMs);
    }
    return at + plan.samples.length;
  }
}

interface Entry {
  readonly key: BpfValue;
  readonly values: readonly BpfValue[];
  readonly texts: readonly string[];
  readonly cpu: string;
  readonly numbers: Float64Array;
  readonly nowMs: number;
}

function histogram(
  cells: FamilyCells,
  { slots, slotOfKey, sum }: NonNullable<FamilyPlan['histogram']>,
  entry: Entry,
  at: number,
): number {
  const { plan } = cells;
  const [sample] = plan.samples;
  const labels = labelsOf(plan, entry, plan.samples[0]?.elements ?? []);
  if (slots === undefined) {
    const count = entry.values.reduce<number>((total, value) => total + (sample?.read(value) ?? 0), 0);
    const slot = slotOfKey === undefined ? 0 : slotNumber(slotOfKey, entry.key);
    cells.addSlot(labels, slot, growth(entry.numbers, at, count), entry.nowMs);
    return at + 1;
  }
  const length = slotsOf(plan);
  for (let slot = 0; slot < length; slot++) {
    const count = entry.values.reduce<number>((total, value) => total + slotCount(slots.take(value), slot), 0);
    cells.addSlot(labels, slot, growth(entry.numbers, at + slot, count), entry.nowMs);
  }
  if (sum !== undefined) {
    const total = entry.values.reduce<number>((all, value) => all + sum.read(value), 0);
    cells.addSum(labels, growth(entry.numbers, at + length, total), entry.nowMs);
  }
  return at + length + 1;
}

function slotCount(slots: BpfValue | undefined, slot: number): number {
  if (!Array.isArray(slots)) return 0;
  const count = slots[slot];
  return typeof count === 'number' || typeof count === 'bigint' ? Number(count) : 0;
}

function slotsOf({ histogram: plan }: FamilyPlan): number {
  return (plan?.bounds.length ?? 0) + 1;
}

function numbersOf(family: FamilyPlan): number {
  if (family.histogram === undefined) return family.samples.length;
  return family.histogram.slots === undefined ? 1 : slotsOf(family) + 1;
}

/** What it grew by; a number that is smaller than before began anew at zero. */
function growth(numbers: Float64Array, at: number, now: number): number {
  if (!Number.isFinite(now)) return 0;
  const before = numbers[at] ?? 0;
  numbers[at] = now;
  return now >= before ? now - before : now;
}

function labelsOf(plan: FamilyPlan, { texts, cpu }: Entry, elements: readonly number[]): LabelValues {
  const all = [...texts, ...elements.map(String), cpu];
  return plan.selected.map((index) => all[index] ?? '');
}

/** Text of a per-CPU value: of the first CPU that has one. */
function firstText(make: (of: BpfValue) => readonly string[], values: readonly BpfValue[]): readonly string[] {
  let texts: readonly string[] = [];
  for (const value of values) {
    texts = make(value);
    if (texts.some((text) => text !== '')) break;
  }
  return texts;
}

/** Tells keys apart; no two have the same. */
function entryName(key: BpfValue): string {
  if (key instanceof Uint8Array) return key.join('.');
  if (Array.isArray(key)) return `[${key.map(entryName).join(',')}]`;
  if (typeof key === 'string') return JSON.stringify(key);
  return typeof key === 'object' ? `{${Object.values(key).map(entryName).join(',')}}` : String(key);
}
