/** Mean and spread of one measure of a workload, learned while it was not in alarm. */
export interface Baseline {
  /** Per second, or in the unit the learner used. */
  readonly mean: number;
  readonly deviation: number;
  /** Samples behind it. */
  readonly samples: number;
  readonly largest: number;
}

/** Totals of the runs before this one: the last ten, the current one left out. */
export interface PastRuns {
  readonly count: number;
  readonly largest: number;
}

/**
 * What is known of workloads (`workloadKey`) from their past. Keyed by workload, never by pod, so a new pod of a known
 * workload has its history. Bounded; nothing is learned while a workload is frozen (in alarm).
 */
export interface Learning {
  /** Share of its learning time for which the workload has been watched, 0 to 1; 1 is learned. */
  progress(workload: string, nowMs: number): number;
  /** Whether the workload did this before: an edge, a destination, a port; any text that its detector chooses. */
  knows(workload: string, fact: string): boolean;
  /** Remembers a fact, unless the workload is frozen. */
  learn(workload: string, fact: string, timeMs: number): void;
  /** The workload has had more facts than are kept for one: what is not known of it may have been forgotten. */
  isDiverse(workload: string): boolean;
  /** With `timeMs`, and once at least a week is known, what is usual in that hour of the week. */
  baseline(workload: string, measure: string, timeMs?: number): Baseline | undefined;
  /** Adds a sample to a baseline, unless the workload is frozen. */
  sample(workload: string, measure: string, value: number, timeMs: number): void;
  /** What the other runs of this kind (`runOf`) came to. */
  pastRuns(kind: string, run: string, measure: string): PastRuns;
  /** Sets what a run has come to so far. A run that is frozen is left out of the history. */
  sampleRun(kind: string, run: string, measure: string, total: number, timeMs: number): void;
  /** Nothing is learned of the workload until then: it is in alarm. */
  freeze(workload: string, untilMs: number): void;
}

/** Knows nothing and keeps nothing: each workload is for ever at the beginning of its learning time. */
export const nothingLearned: Learning = {
  progress: () => 0,
  knows: () => false,
  learn: () => {},
  isDiverse: () => false,
  baseline: () => undefined,
  sample: () => {},
  pastRuns: () => ({ count: 0, largest: 0 }),
  sampleRun: () => {},
  freeze: () => {},
};
