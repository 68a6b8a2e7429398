/** Mean and spread of one measure of a workload, learned while it was not in alarm. */
export interface Baseline {
  /** Per second, or in the unit the learner used. */
  readonly mean: number;
  readonly deviation: number;
  /** Samples behind it. */
  readonly samples: number;
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
  baseline(workload: string, measure: string): Baseline | undefined;
  /** Adds a sample to a baseline, unless the workload is frozen. */
  sample(workload: string, measure: string, value: number, timeMs: number): void;
  /** Nothing is learned of the workload until then: it is in alarm. */
  freeze(workload: string, untilMs: number): void;
}

/** Knows nothing and keeps nothing: each workload is for ever at the beginning of its learning time. */
export const nothingLearned: Learning = {
  progress: () => 0,
  knows: () => false,
  learn: () => {},
  baseline: () => undefined,
  sample: () => {},
  freeze: () => {},
};
