import { FactSet, type FactState } from './fact-set.ts';
import { Measure, type MeasureState } from './measure.ts';
import { RunHistory, type RunState } from './run-history.ts';

/** All that is known of one workload, as it is written down. Times are epoch milliseconds. */
export interface WorkloadState {
  /** `historyKey` of the workload. */
  readonly workload: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** For how long it has been watched: restarts and gaps left out. */
  readonly watchedMs: number;
  readonly facts: readonly FactState[];
  /** Facts that gave way for lack of room. */
  readonly factsEvicted: number;
  readonly measures: Readonly<Record<string, MeasureState>>;
  readonly runs: readonly RunState[];
}

/** Measures of one workload: detectors choose their names, from a fixed list each. */
export const MEASURES_PER_WORKLOAD = 32;

/** What is known of one workload. */
export class WorkloadRecord {
  readonly workload: string;
  readonly facts = new FactSet();
  readonly measures = new Map<string, Measure>();
  readonly runs = new RunHistory();
  firstMs: number;
  lastMs: number;
  /** The store's watched time when this record would have been at 0. */
  bornWatchedMs: number;
  frozenUntilMs = Number.NEGATIVE_INFINITY;
  /** Touched since the store last looked for one to evict. */
  isYoung = true;
  /** The store has forgotten it: names that still lead to it are stale. */
  isDropped = false;

  constructor(workload: string, timeMs: number, watchedMs: number) {
    this.workload = workload;
    this.firstMs = timeMs;
    this.lastMs = timeMs;
    this.bornWatchedMs = watchedMs;
  }

  isFrozen(timeMs: number): boolean {
    return timeMs < this.frozenUntilMs;
  }

  sample(measure: string, value: number, timeMs: number): void {
    let known = this.measures.get(measure);
    if (known === undefined) {
      if (this.measures.size >= MEASURES_PER_WORKLOAD) return;
      known = new Measure();
      this.measures.set(measure, known);
    }
    known.add(value, timeMs);
  }

  state(watchedMs: number): WorkloadState {
    const measures: [string, MeasureState][] = [];
    for (const [name, measure] of this.measures) measures.push([name, measure.state]);
    return {
      workload: this.workload,
      firstMs: Math.round(this.firstMs),
      lastMs: Math.round(this.lastMs),
      watchedMs: Math.round(Math.max(0, watchedMs - this.bornWatchedMs)),
      facts: this.facts.state,
      factsEvicted: this.facts.evicted,
      measures: Object.fromEntries(measures.sort(([a], [b]) => (a < b ? -1 : 1))),
      runs: this.runs.state,
    };
  }
}
