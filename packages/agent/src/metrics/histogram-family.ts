import type { Registry } from 'prom-client';
import { BoundedSeries, type LabelValues } from './bounded-series.ts';
import {
  countable,
  type Exemplar,
  labelRecord,
  registerFamily,
  type Sample,
  type SeriesFamilyOptions,
} from './family.ts';

interface HistogramCell {
  /** One per bound, then +Inf; not cumulative. */
  readonly counts: number[];
  sum: number;
  /** By bucket, where one is known. */
  readonly exemplars: (Exemplar | undefined)[];
}

export interface HistogramFamilyOptions extends SeriesFamilyOptions {
  /** Upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[];
}

/** A histogram that takes whole bucket counts, which prom-client's own cannot; bounded like a counter. */
export class HistogramFamily {
  readonly name: string;
  readonly series: BoundedSeries<HistogramCell>;
  readonly #bounds: readonly number[];

  constructor(registry: Registry, { name, help, bounds, ...options }: HistogramFamilyOptions) {
    this.name = name;
    this.#bounds = bounds;
    this.series = new BoundedSeries({
      ...options,
      create: () => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0, exemplars: [] }),
    });
    registerFamily(registry, { name, help, type: 'histogram', collect: () => this.#samples() });
  }

  /** Adds samples counted by bucket (one count per bound, then +Inf) and their sum. */
  addBuckets(values: LabelValues, buckets: readonly number[], sum: number, nowMs: number): void {
    const cell = this.series.cell(values, nowMs);
    for (const index of cell.counts.keys()) cell.counts[index]! += countable(buckets[index]);
    cell.sum += countable(sum);
  }

  /** Shows `exemplar` at its bucket from now on; one that does not belong there is left out. */
  showExemplar(values: LabelValues, bucket: number, exemplar: Exemplar, nowMs: number): void {
    const [above, upTo] = [this.#bounds[bucket - 1] ?? 0, this.#bounds[bucket] ?? Number.POSITIVE_INFINITY];
    const { value } = exemplar;
    if (value <= upTo && (value > above || bucket === 0)) this.series.cell(values, nowMs).exemplars[bucket] = exemplar;
  }

  observe(values: LabelValues, sample: number, nowMs: number): void {
    const cell = this.series.cell(values, nowMs);
    const value = countable(sample);
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    cell.counts[bucket === -1 ? this.#bounds.length : bucket]!++;
    cell.sum += value;
  }

  *#samples(): Generator<Sample> {
    for (const [values, cell] of this.series.entries()) {
      const labels = labelRecord(this.series.labelNames, values);
      let below = 0;
      for (const [index, count] of cell.counts.entries()) {
        below += count;
        const le = this.#bounds[index];
        const exemplar = cell.exemplars[index];
        yield {
          metricName: `${this.name}_bucket`,
          labels: { ...labels, le: le === undefined ? '+Inf' : String(le) },
          value: below,
          ...(exemplar && { exemplar }),
        };
      }
      yield { metricName: `${this.name}_sum`, labels, value: cell.sum };
      yield { metricName: `${this.name}_count`, labels, value: below };
    }
  }
}
