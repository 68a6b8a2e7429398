import { NetGuardError } from '../error.ts';
import type { FactState } from './fact-set.ts';
import type { MeasureState } from './measure.ts';
import type { RunState } from './run-history.ts';
import { HOURS_OF_WEEK, type SeasonHour } from './season.ts';
import { MEASURES_PER_WORKLOAD, type WorkloadState } from './workload-record.ts';

export const LEARNING_SCHEMA_VERSION = 1;

/** What was learned, as JSON: what is kept on disk, exported, imported and shared between nodes. */
export interface LearningSnapshot {
  readonly schemaVersion: typeof LEARNING_SCHEMA_VERSION;
  readonly workloads: readonly WorkloadState[];
}

/**
 * Reads a snapshot out of parsed JSON; nothing is believed of it.
 * @throws NetGuardError NG_ERR_LEARNING_VERSION for one of another version, NG_ERR_LEARNING_INVALID for one that is not as it
 * was written, naming the place.
 */
export function parseSnapshot(json: unknown): LearningSnapshot {
  const { schemaVersion, workloads } = object(json, 'the file');
  if (schemaVersion !== LEARNING_SCHEMA_VERSION) {
    const version = typeof schemaVersion === 'number' ? `schemaVersion ${schemaVersion}` : 'no schemaVersion';
    throw new NetGuardError('NG_ERR_LEARNING_VERSION', 'reading baselines', {
      cause: new Error(`they have ${version}, this NetGuard reads ${LEARNING_SCHEMA_VERSION}`),
      hint: 'Import them with the NetGuard version that exported them, or learn anew.',
    });
  }
  return {
    schemaVersion,
    workloads: list(workloads, 'workloads').map((workload, index) => workloadState(workload, `workloads[${index}]`)),
  };
}

function workloadState(json: unknown, at: string): WorkloadState {
  const from = object(json, at);
  const measures = Object.entries(object(from.measures, `${at}.measures`));
  if (measures.length > MEASURES_PER_WORKLOAD) throw invalid(`${at}.measures`, `at most ${MEASURES_PER_WORKLOAD}`);
  return {
    workload: text(from.workload, `${at}.workload`),
    firstMs: amount(from.firstMs, `${at}.firstMs`),
    lastMs: amount(from.lastMs, `${at}.lastMs`),
    watchedMs: amount(from.watchedMs, `${at}.watchedMs`),
    facts: list(from.facts, `${at}.facts`).map((fact, index) => factState(fact, `${at}.facts[${index}]`)),
    factsEvicted: amount(from.factsEvicted, `${at}.factsEvicted`),
    measures: Object.fromEntries(
      measures.map(([name, value]) => [name, measureState(value, `${at}.measures.${name}`)]),
    ),
    runs: list(from.runs, `${at}.runs`).map((run, index) => runState(run, `${at}.runs[${index}]`)),
  };
}

function factState(json: unknown, at: string): FactState {
  const [fact, firstMs, lastMs, count] = list(json, at);
  return [text(fact, `${at}[0]`), amount(firstMs, `${at}[1]`), amount(lastMs, `${at}[2]`), amount(count, `${at}[3]`)];
}

function measureState(json: unknown, at: string): MeasureState {
  const from = object(json, at);
  return {
    mean: amount(from.mean, `${at}.mean`),
    variance: amount(from.variance, `${at}.variance`),
    samples: amount(from.samples, `${at}.samples`),
    largest: amount(from.largest, `${at}.largest`),
    season: list(from.season, `${at}.season`).map((hour, index) => seasonHour(hour, `${at}.season[${index}]`)),
  };
}

function seasonHour(json: unknown, at: string): SeasonHour {
  const [hour, mean, weeks] = list(json, at);
  const number = amount(hour, `${at}[0]`);
  if (!Number.isInteger(number) || number >= HOURS_OF_WEEK) throw invalid(`${at}[0]`, 'an hour of the week, 0 to 167');
  return [number, amount(mean, `${at}[1]`), amount(weeks, `${at}[2]`)];
}

function runState(json: unknown, at: string): RunState {
  const from = object(json, at);
  const totals = Object.entries(object(from.totals, `${at}.totals`));
  return {
    id: text(from.id, `${at}.id`),
    lastMs: amount(from.lastMs, `${at}.lastMs`),
    totals: Object.fromEntries(totals.map(([name, value]) => [name, amount(value, `${at}.totals.${name}`)])),
  };
}

function object(json: unknown, at: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid(at, 'an object');
  return json as Record<string, unknown>;
}

function list(json: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(json)) throw invalid(at, 'a list');
  return json;
}

function text(json: unknown, at: string): string {
  if (typeof json !== 'string' || json === '' || json.length > 1000)
    throw invalid(at, 'a text of 1 to 1000 characters');
  return json;
}

function amount(json: unknown, at: string): number {
  if (typeof json !== 'number' || !Number.isFinite(json) || json < 0) throw invalid(at, 'a number, 0 or more');
  return json;
}

function invalid(at: string, expected: string): NetGuardError {
  return new NetGuardError('NG_ERR_LEARNING_INVALID', 'reading baselines', {
    cause: new Error(`${at} must be ${expected}`),
    hint: 'Use a file that `netguard baseline export` wrote.',
  });
}
