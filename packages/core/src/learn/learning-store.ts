import type { TableState } from '../table-state.ts';
import type { Baseline, Learning, PastRuns } from './learning.ts';
import { Measure } from './measure.ts';
import { mergeWorkloads } from './merge-snapshots.ts';
import { LEARNING_SCHEMA_VERSION, type LearningSnapshot } from './snapshot.ts';
import { matchesWorkload, type WorkloadFilter } from './workload-filter.ts';
import { historyKey } from './workload-kind.ts';
import { WorkloadRecord, type WorkloadState } from './workload-record.ts';

export interface LearningSettings {
  /** How long a workload is watched before it counts as learned. */
  readonly learningMs: number;
  readonly maxWorkloads: number;
}

/** How far learning has come, for `status`. */
export interface LearningSummary {
  /** Mean of the workloads' progress, 0 to 1; 0 without any. */
  readonly progress: number;
  readonly workloads: number;
  readonly learned: number;
}

export const DEFAULT_LEARNING: LearningSettings = { learningMs: 86_400_000, maxWorkloads: 1000 };

const FACTS_PER_WORKLOAD = 256;
/** Facts of all workloads: about 10 MB. One that is full of them (a crawler) makes room among its own. */
const MAX_FACTS = 65_536;
/** Nothing heard for longer than this: nobody watched. */
const LONGEST_GAP_MS = 300_000;
const HOUR_OF_WEEK_FROM_MS = 7 * 86_400_000;
/** Runs that learn before one is judged (kubernetes-rules). */
const LEARNING_RUNS = 3;
const NO_RUNS: PastRuns = { count: 0, largest: 0 };

/** `Learning` in bounded memory, which can be written down, read again, and merged with what another node learned. */
export class LearningStore implements Learning {
  #settings: LearningSettings;
  /** By `historyKey`, in the order in which they are looked at for eviction. */
  readonly #records = new Map<string, WorkloadRecord>();
  /** The same by every name that was used for them. */
  #aliases = new Map<string, WorkloadRecord>();
  #facts = 0;
  #evicted = 0;
  #watchedMs = 0;
  #lastMs = Number.NaN;

  constructor(settings: LearningSettings = DEFAULT_LEARNING) {
    this.#settings = settings;
  }

  configure(settings: LearningSettings): void {
    this.#settings = settings;
    while (this.#records.size > this.#settings.maxWorkloads) this.#evictOne();
  }

  progress(workload: string, nowMs: number): number {
    this.#advance(nowMs);
    const record = this.#find(workload);
    return record === undefined ? 0 : this.#progress(record);
  }

  knows(workload: string, fact: string): boolean {
    return this.#find(workload)?.facts.has(fact) ?? false;
  }

  learn(workload: string, fact: string, timeMs: number): void {
    const record = this.#touch(workload, timeMs);
    if (record.isFrozen(timeMs)) return;
    const capacity = this.#facts < MAX_FACTS ? FACTS_PER_WORKLOAD : Math.min(FACTS_PER_WORKLOAD, record.facts.size);
    this.#facts += record.facts.add(fact, timeMs, capacity);
  }

  isDiverse(workload: string): boolean {
    return (this.#find(workload)?.facts.evicted ?? 0) > 0;
  }

  baseline(workload: string, measure: string, timeMs?: number): Baseline | undefined {
    const record = this.#find(workload);
    const known = record?.measures.get(measure);
    if (record === undefined || known === undefined) return undefined;
    const isSeasonal = this.#watchedMs - record.bornWatchedMs >= HOUR_OF_WEEK_FROM_MS;
    return known.baseline(isSeasonal ? timeMs : undefined);
  }

  sample(workload: string, measure: string, value: number, timeMs: number): void {
    const record = this.#touch(workload, timeMs, value > 0);
    if (!record.isFrozen(timeMs)) record.sample(measure, value, timeMs);
  }

  pastRuns(kind: string, run: string, measure: string): PastRuns {
    return this.#find(kind)?.runs.past(run, measure) ?? NO_RUNS;
  }

  sampleRun(kind: string, run: string, measure: string, total: number, timeMs: number): void {
    const record = this.#touch(kind, timeMs);
    if (record.isFrozen(timeMs)) record.runs.exclude(run, timeMs);
    else record.runs.set(run, measure, total, timeMs);
  }

  /** A workload of which nothing is known is not made known by an alarm. */
  freeze(workload: string, untilMs: number): void {
    const record = this.#find(workload);
    if (record !== undefined) record.frozenUntilMs = Math.max(record.frozenUntilMs, untilMs);
  }

  summary(): LearningSummary {
    let sum = 0;
    let learned = 0;
    for (const record of this.#records.values()) {
      const progress = this.#progress(record);
      sum += progress;
      if (progress >= 1) learned++;
    }
    const workloads = this.#records.size;
    return { progress: workloads === 0 ? 0 : sum / workloads, workloads, learned };
  }

  /** `entries` are facts and workloads; both kinds of eviction are counted. */
  get state(): TableState {
    let evicted = this.#evicted;
    for (const record of this.#records.values()) evicted += record.facts.evicted;
    return {
      entries: this.#facts + this.#records.size,
      capacity: MAX_FACTS + this.#settings.maxWorkloads,
      evicted,
    };
  }

  export(): LearningSnapshot {
    return { schemaVersion: LEARNING_SCHEMA_VERSION, workloads: [...this.states()] };
  }

  /** The same piece by piece, for who must not stop for long; what is learned meanwhile may be in it or not. */
  *states(filter: WorkloadFilter = {}): Generator<WorkloadState, void, undefined> {
    for (const record of [...this.#records.values()]) {
      if (matchesWorkload(record.workload, filter)) yield this.#stateOf(record);
    }
  }

  /** What is known of one workload, by any of its names. */
  find(workload: string): WorkloadState | undefined {
    const record = this.#find(workload);
    return record && this.#stateOf(record);
  }

  /** 0 to 1, of a state that this store gave out. */
  progressOf(state: WorkloadState): number {
    if (state.runs.length > 0) return runProgress(state.runs.length);
    return Math.min(1, state.watchedMs / Math.max(1, this.#settings.learningMs));
  }

  /** Takes over what was learned before; of a workload that is known already, instead of what is known. */
  import(snapshot: LearningSnapshot): void {
    for (const state of oldestFirst(snapshot)) this.#put(state);
  }

  /** Joins with what another node learned; each node's own export once. */
  merge(other: LearningSnapshot): void {
    for (const state of oldestFirst(other)) {
      const mine = this.find(state.workload);
      this.#put(mine === undefined ? state : mergeWorkloads(mine, state));
    }
  }

  /** Forgets the workloads that are meant, or all. Returns how many were forgotten. */
  reset(filter: WorkloadFilter = {}): number {
    let forgotten = 0;
    for (const record of [...this.#records.values()]) {
      if (!matchesWorkload(record.workload, filter)) continue;
      this.#drop(record);
      forgotten++;
    }
    return forgotten;
  }

  #progress(record: WorkloadRecord): number {
    if (record.runs.size > 0) return runProgress(record.runs.size);
    return Math.min(1, (this.#watchedMs - record.bornWatchedMs) / Math.max(1, this.#settings.learningMs));
  }

  #stateOf(record: WorkloadRecord): WorkloadState {
    return record.state(this.#watchedMs);
  }

  /** Time that was watched: it stands still over gaps, so a restart is no learning. */
  #advance(timeMs: number): void {
    const gap = timeMs - this.#lastMs;
    if (gap <= 0) return;
    if (gap <= LONGEST_GAP_MS) this.#watchedMs += gap;
    this.#lastMs = timeMs;
  }

  #find(workload: string): WorkloadRecord | undefined {
    const known = this.#aliases.get(workload);
    if (known !== undefined && !known.isDropped) return known;
    const record = this.#records.get(historyKey(workload));
    if (record !== undefined) this.#alias(workload, record);
    return record;
  }

  /** The record, made when there is none. Silence is sampled too, but is no sign of life. */
  #touch(workload: string, timeMs: number, isAlive = true): WorkloadRecord {
    this.#advance(timeMs);
    let record = this.#find(workload);
    if (record === undefined) {
      record = this.#make(historyKey(workload), timeMs);
      this.#alias(workload, record);
    }
    if (isAlive && timeMs > record.lastMs) record.lastMs = timeMs;
    record.isYoung = true;
    return record;
  }

  #make(key: string, timeMs: number): WorkloadRecord {
    while (this.#records.size >= this.#settings.maxWorkloads) this.#evictOne();
    const record = new WorkloadRecord(key, timeMs, this.#watchedMs);
    this.#records.set(key, record);
    return record;
  }

  #alias(workload: string, record: WorkloadRecord): void {
    if (this.#aliases.size >= 4 * this.#settings.maxWorkloads) this.#aliases.clear();
    this.#aliases.set(workload, record);
  }

  /** Second chance: the first of the line goes, unless it was touched since it was last looked at. */
  #evictOne(): void {
    for (const record of this.#records.values()) {
      if (record.isYoung) {
        record.isYoung = false;
        this.#records.delete(record.workload);
        this.#records.set(record.workload, record);
        continue;
      }
      this.#drop(record);
      this.#evicted += 1 + record.facts.evicted;
      return;
    }
  }

  #drop(record: WorkloadRecord): void {
    this.#records.delete(record.workload);
    this.#facts -= record.facts.size;
    record.isDropped = true;
  }

  #put(state: WorkloadState): void {
    const known = this.#records.get(historyKey(state.workload));
    if (known !== undefined) this.#drop(known);
    const record = this.#make(historyKey(state.workload), state.firstMs);
    record.lastMs = state.lastMs;
    record.bornWatchedMs = this.#watchedMs - state.watchedMs;
    record.frozenUntilMs = known?.frozenUntilMs ?? Number.NEGATIVE_INFINITY;
    const room = Math.min(FACTS_PER_WORKLOAD, MAX_FACTS - this.#facts);
    // They come newest first.
    for (const fact of state.facts.slice(0, room).reverse()) this.#facts += record.facts.put(fact, room);
    record.facts.evicted = state.factsEvicted + Math.max(0, state.facts.length - room);
    for (const [name, measure] of Object.entries(state.measures)) record.measures.set(name, new Measure(measure));
    for (const run of state.runs) record.runs.put(run);
  }
}

/** The last run may be going on. */
function runProgress(runs: number): number {
  return Math.min(1, (runs - 1) / LEARNING_RUNS);
}

/** So that, without room for all, those seen last are kept. */
function oldestFirst({ workloads }: LearningSnapshot): WorkloadState[] {
  return [...workloads].sort((a, b) => a.lastMs - b.lastMs);
}
