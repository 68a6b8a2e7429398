import type { Metric, Registry } from 'prom-client';
import { BoundedSeries, type LabelValues } from './bounded-series.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly metricName?: string;
  /** Written in OpenMetrics only. */
  readonly exemplar?: Exemplar;
}

/** One of the things that a bucket counted: prom-client's shape. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

type FamilyType = 'counter' | 'gauge' | 'histogram';

/** One metric as prom-client's registry asks for it: it calls `get` at each scrape. */
interface Collectable {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  get(): Promise<{ name: string; help: string; type: FamilyType; values: Sample[]; aggregator: 'sum' }>;
  reset(): void;
}

/** Registers a metric whose samples `collect` makes at each scrape. */
export function registerFamily(
  registry: Registry,
  family: {
    readonly name: string;
    readonly help: string;
    readonly type: FamilyType;
    readonly collect: () => Iterable<Sample>;
  },
): void {
  const { name, help, type, collect } = family;
  const metric: Collectable = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, values: [...collect()], aggregator: 'sum' }),
    reset: () => undefined,
  };
  registry.registerMetric(metric as unknown as Metric);
}

export interface SeriesFamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly keptInOther?: readonly string[];
  readonly capacity: () => number;
}

export interface Cell {
  value: number;
}

/** A counter with a bounded number of series. */
export class CounterFamily {
  readonly name: string;
  readonly series: BoundedSeries<Cell>;

  constructor(registry: Registry, { name, help, ...options }: SeriesFamilyOptions) {
    this.name = name;
    this.series = new BoundedSeries({ ...options, create: () => ({ value: 0 }) });
    registerFamily(registry, { name, help, type: 'counter', collect: () => this.#samples() });
  }

  /** Counts `count` (not negative; 0 makes the series exist). */
  add(values: LabelValues, count: number, nowMs: number): void {
    this.series.cell(values, nowMs).value += countable(count);
  }

  *#samples(): Generator<Sample> {
    for (const [values, cell] of this.series.entries()) {
      yield { labels: labelRecord(this.series.labelNames, values), value: cell.value };
    }
  }
}

/** What a counter may grow by: one NaN or infinity would stay in it for ever. */
export function countable(value: number | undefined): number {
  return value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0;
}

/** Label names and values side by side, as prom-client wants them. */
export function labelRecord(names: readonly string[], values: LabelValues): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [index, name] of names.entries()) record[name] = values[index] ?? '';
  return record;
}
