import { BoundedSeries, type LabelValues } from '../../metrics/bounded-series.ts';
import { countable, labelRecord } from '../../metrics/family.ts';
import { SERIES_LIMITS } from './limits.ts';
import type { FamilyPlan, HistogramPlan } from './map-plan.ts';
import { RateHistory } from './rate-history.ts';
import type { SeriesFamily, SeriesSample } from './types.ts';

/** One series. A counter holds what was counted since it is shown, whatever became of the entries. */
export class Cell {
  value = 0;
  /** By slot, of a histogram; not cumulative. */
  readonly counts: number[];
  sum = 0;
  /** The reading that wrote it last; gauges of earlier ones are gone. */
  reading = -1;
  /** Of counters that `rate()` is asked of. */
  history: RateHistory | undefined;

  constructor(slots: number) {
    this.counts = new Array<number>(slots).fill(0);
  }
}

/** The series of one metric, under its cap. */
export class FamilyCells {
  readonly plan: FamilyPlan;
  readonly #series: BoundedSeries<Cell>;
  readonly #constant: Readonly<Record<string, string>>;
  #reading = -1;
  /** An expression asks for it. */
  isAsked = false;
  /** Set by expressions that take a rate of it: the longest window of them. */
  rateWindowMs = 0;

  constructor(plan: FamilyPlan, maxSeries: number, constant: Readonly<Record<string, string>>) {
    this.plan = plan;
    this.#constant = constant;
    const slots = plan.histogram === undefined ? 0 : plan.histogram.bounds.length + 1;
    const { labelNames, keptInOther } = plan;
    const create = (): Cell => new Cell(slots);
    this.#series = new BoundedSeries({ labelNames, keptInOther, capacity: () => maxSeries, create });
  }

  begin(reading: number): void {
    this.#reading = reading;
  }

  /** Adds what an entry has grown by (of a gauge: what it is) to the series of its labels. */
  add(labels: LabelValues, value: number, nowMs: number): void {
    const cell = this.#touch(labels, nowMs);
    if (this.plan.type === 'gauge') cell.value += Number.isFinite(value) ? value : 0;
    else cell.value += countable(value);
  }

  /** Adds to one slot of a histogram; those beyond the last count in the last. */
  addSlot(labels: LabelValues, slot: number, count: number, nowMs: number): void {
    const cell = this.#touch(labels, nowMs);
    const { histogram } = this.plan;
    if (histogram === undefined || !(slot >= 0)) return;
    const at = Math.min(Math.trunc(slot), cell.counts.length - 1);
    const grown = countable(count);
    cell.counts[at]! += grown;
    cell.value += grown;
    if (histogram.sum === undefined) cell.sum += grown * (histogram.middles[at] ?? 0);
  }

  /** Of a histogram whose program keeps the sum. */
  addSum(labels: LabelValues, sum: number, nowMs: number): void {
    this.#touch(labels, nowMs).sum += countable(sum);
  }

  /** After a reading, the previous of which was at `previousMs` (NaN: there was none). */
  end(nowMs: number, previousMs: number): void {
    this.#series.sweep(() => false, nowMs, SERIES_LIMITS.seriesGraceMs);
    if (this.rateWindowMs === 0) return;
    for (const [, cell] of this.#series.entries()) {
      if (cell.history === undefined) {
        cell.history = new RateHistory(this.rateWindowMs);
        // It was not there before: what it has now, it has grown by.
        if (!Number.isNaN(previousMs)) cell.history.push(previousMs, 0);
      }
      cell.history.push(nowMs, cell.value);
    }
  }

  /** The series that are shown: of gauges those of the last reading. */
  *shown(): Generator<readonly [LabelValues, Cell]> {
    for (const entry of this.#series.entries()) {
      if (this.plan.type !== 'gauge' || entry[1].reading === this.#reading) yield entry;
    }
  }

  /** Series with a name of their own, and those that count in `other` and are remembered. */
  get state(): { readonly series: number; readonly refused: number } {
    return { series: this.#series.size, refused: this.#series.refused };
  }

  family(): SeriesFamily {
    const { metric: name, help, type } = this.plan;
    return { name, help, type, samples: [...this.#samples()] };
  }

  *#samples(): Generator<SeriesSample> {
    for (const [values, cell] of this.shown()) {
      const labels = { ...labelRecord(this.plan.labelNames, values), ...this.#constant };
      if (this.plan.histogram === undefined) yield { labels, value: cell.value };
      else yield* bucketSamples(this.plan.metric, this.plan.histogram, labels, cell);
    }
  }

  #touch(labels: LabelValues, nowMs: number): Cell {
    const cell = this.#series.cell(labels, nowMs);
    if (cell.reading !== this.#reading) {
      cell.reading = this.#reading;
      if (this.plan.type === 'gauge') cell.value = 0;
    }
    return cell;
  }
}

function* bucketSamples(
  name: string,
  { bounds, hasSum }: HistogramPlan,
  labels: Readonly<Record<string, string>>,
  cell: Cell,
): Generator<SeriesSample> {
  let below = 0;
  for (const [slot, count] of cell.counts.entries()) {
    below += count;
    const bound = bounds[slot];
    const le = bound === undefined ? '+Inf' : String(bound);
    yield { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
  }
  if (hasSum) yield { metricName: `${name}_sum`, labels, value: cell.sum };
  yield { metricName: `${name}_count`, labels, value: below };
}
