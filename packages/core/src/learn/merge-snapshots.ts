import { mergeEwma } from './ewma.ts';
import type { FactState } from './fact-set.ts';
import type { MeasureState } from './measure.ts';
import type { RunState } from './run-history.ts';
import { mergeSeasons } from './season.ts';
import { LEARNING_SCHEMA_VERSION, type LearningSnapshot } from './snapshot.ts';
import type { WorkloadState } from './workload-record.ts';

/**
 * What two nodes learned, as one. Associative and commutative but for rounding; not idempotent: counts and samples add up, so
 * each node's own export goes in once. Nothing is cut: who takes it into use (`LearningStore.import`) has the bounds.
 */
export function mergeSnapshots(a: LearningSnapshot, b: LearningSnapshot): LearningSnapshot {
  const merged = joinBy([...a.workloads, ...b.workloads], ({ workload }) => workload, mergeWorkloads);
  return {
    schemaVersion: LEARNING_SCHEMA_VERSION,
    workloads: merged.sort((x, y) => (x.workload < y.workload ? -1 : 1)),
  };
}

/** Both states are of the same workload. */
export function mergeWorkloads(a: WorkloadState, b: WorkloadState): WorkloadState {
  const names = [...new Set([...Object.keys(a.measures), ...Object.keys(b.measures)])].sort();
  return {
    workload: a.workload,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
    // Two nodes watch it at the same time: it is not watched for longer by that.
    watchedMs: Math.max(a.watchedMs, b.watchedMs),
    facts: joinBy([...a.facts, ...b.facts], ([fact]) => fact, mergeFacts).sort(newestFact),
    factsEvicted: a.factsEvicted + b.factsEvicted,
    measures: Object.fromEntries(names.map((name) => [name, mergeMeasures(a.measures[name], b.measures[name])])),
    runs: joinBy([...a.runs, ...b.runs], ({ id }) => id, mergeRuns).sort(newestRun),
  };
}

function mergeFacts(a: FactState, b: FactState): FactState {
  return [a[0], Math.min(a[1], b[1]), Math.max(a[2], b[2]), a[3] + b[3]];
}

function mergeMeasures(a: MeasureState | undefined, b: MeasureState | undefined): MeasureState {
  if (a === undefined || b === undefined) return (a ?? b) as MeasureState;
  return { ...mergeEwma(a, b), season: mergeSeasons(a.season, b.season) };
}

function mergeRuns(a: RunState, b: RunState): RunState {
  const totals: Record<string, number> = { ...a.totals };
  for (const [measure, total] of Object.entries(b.totals)) totals[measure] = (totals[measure] ?? 0) + total;
  return { id: a.id, lastMs: Math.max(a.lastMs, b.lastMs), totals };
}

function joinBy<T>(all: readonly T[], keyOf: (item: T) => string, merge: (a: T, b: T) => T): T[] {
  const byKey = new Map<string, T>();
  for (const item of all) {
    const key = keyOf(item);
    const other = byKey.get(key);
    byKey.set(key, other === undefined ? item : merge(other, item));
  }
  return [...byKey.values()];
}

function newestFact(a: FactState, b: FactState): number {
  return b[2] - a[2] || (a[0] < b[0] ? -1 : 1);
}

function newestRun(a: RunState, b: RunState): number {
  return b.lastMs - a.lastMs || (a.id < b.id ? -1 : 1);
}
