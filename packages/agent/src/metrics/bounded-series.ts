import { labelText } from './label-text.ts';

export type LabelValues = readonly string[];

export interface BoundedSeriesOptions<T> {
  readonly labelNames: readonly string[];
  /** The most series with a name of their own; read at each admission, so it may change. */
  readonly capacity: () => number;
  /** Labels with a small closed set of values (a protocol, a reporter), kept apart also in `other`. */
  readonly keptInOther?: readonly string[];
  readonly create: () => T;
}

interface Series<T> {
  readonly labels: LabelValues;
  readonly cell: T;
  touchedMs: number;
}

/** Refused series remembered one by one, as a multiple of the capacity. */
const REFUSED_FACTOR = 4;

/**
 * The series of one metric under a cap. A series admitted keeps its name; one refused counts in `other` as long as its
 * subject lives, also when room is made in between, so no counter ever falls and none is split over two names. Series go
 * only by `sweep`, with their subject; `other` never goes.
 */
export class BoundedSeries<T> {
  readonly labelNames: readonly string[];
  readonly #capacity: () => number;
  readonly #create: () => T;
  readonly #kept: readonly boolean[];
  readonly #named = new Map<string, Series<T>>();
  readonly #other = new Map<string, Series<T>>();
  readonly #refused = new Map<string, { readonly labels: LabelValues; touchedMs: number }>();
  /** Last time a series was refused that could not be remembered: nobody is admitted while there may be such. */
  #unrememberedMs = Number.NEGATIVE_INFINITY;

  constructor({ labelNames, capacity, keptInOther = [], create }: BoundedSeriesOptions<T>) {
    this.labelNames = labelNames;
    this.#capacity = capacity;
    this.#create = create;
    this.#kept = labelNames.map((name) => keptInOther.includes(name));
  }

  /** Series with a name of their own. */
  get size(): number {
    return this.#named.size;
  }

  /** Series that count in `other` and are remembered. */
  get refused(): number {
    return this.#refused.size;
  }

  get full(): boolean {
    return this.#refused.size > 0 || this.#unrememberedMs > Number.NEGATIVE_INFINITY;
  }

  /** Where the series of these label values counts: a cell of its own, or the shared one of `other`. */
  cell(values: LabelValues, nowMs: number): T {
    const labels = values.map(labelText);
    const key = labels.join('\0');
    const known = this.#named.get(key);
    if (known) {
      known.touchedMs = nowMs;
      return known.cell;
    }
    if (this.#isOther(labels)) return this.#otherCell(labels);
    const refused = this.#refused.get(key);
    if (refused) refused.touchedMs = nowMs;
    else if (this.#admits()) return this.#admit(key, labels, nowMs);
    else this.#refuse(key, labels, nowMs);
    return this.#otherCell(labels);
  }

  /** What somebody before us summed as `other` is part of it, and so is a subject that is really called that. */
  #isOther(labels: LabelValues): boolean {
    return labels.every((value, index) => this.#kept[index] || value === 'other');
  }

  #admits(): boolean {
    return this.#named.size < this.#capacity() && this.#unrememberedMs === Number.NEGATIVE_INFINITY;
  }

  #admit(key: string, labels: LabelValues, nowMs: number): T {
    const series = { labels, cell: this.#create(), touchedMs: nowMs };
    this.#named.set(key, series);
    return series.cell;
  }

  #refuse(key: string, labels: LabelValues, nowMs: number): void {
    if (this.#refused.size < this.#capacity() * REFUSED_FACTOR) this.#refused.set(key, { labels, touchedMs: nowMs });
    else this.#unrememberedMs = nowMs;
  }

  #otherCell(labels: LabelValues): T {
    const otherLabels = labels.map((value, index) => (this.#kept[index] ? value : 'other'));
    const key = otherLabels.join('\0');
    let series = this.#other.get(key);
    if (series === undefined) {
      series = { labels: otherLabels, cell: this.#create(), touchedMs: 0 };
      this.#other.set(key, series);
    }
    return series.cell;
  }

  /** Removes the series whose subject is gone and that nothing was counted in for `graceMs`. */
  sweep(isAlive: (labels: LabelValues) => boolean, nowMs: number, graceMs: number): void {
    const before = nowMs - graceMs;
    for (const map of [this.#named, this.#refused]) {
      for (const [key, series] of map) {
        if (series.touchedMs < before && !isAlive(series.labels)) map.delete(key);
      }
    }
    if (this.#unrememberedMs < before) this.#unrememberedMs = Number.NEGATIVE_INFINITY;
  }

  /** Named series first, in order of admission, then `other`. */
  *entries(): Generator<readonly [LabelValues, T]> {
    for (const { labels, cell } of this.#named.values()) yield [labels, cell];
    for (const { labels, cell } of this.#other.values()) yield [labels, cell];
  }
}
