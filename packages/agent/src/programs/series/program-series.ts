import { setImmediate } from 'node:timers/promises';
import type { Problem } from '../../config/problem.ts';
import { ownValue } from '../own-value.ts';
import { AlertRule } from './alert-rule.ts';
import { specProblems } from './check-spec.ts';
import { EndNames } from './end-names.ts';
import type { FamilyTable } from './expression/compile.ts';
import { SERIES_LIMITS } from './limits.ts';
import { mapPlan } from './map-plan.ts';
import { MapReader } from './map-reader.ts';
import { giveWay } from './metric-names.ts';
import { type ProgramSpec, specError } from './parse-spec.ts';
import { DEFAULT_MAP_SPEC } from './spec-schema.ts';
import type { ProgramMeasurement, ReadableMap, SeriesFamily, SeriesNames, SeriesReader } from './types.ts';

export interface ProgramSeriesOptions {
  /** Name under which the program was loaded. */
  readonly program: string;
  /** NO_SPEC where it has no YAML. */
  readonly spec: ProgramSpec;
  readonly maps: readonly ReadableMap[];
  readonly names: SeriesNames;
  /** Names of its ring buffers, for the check of `events`. */
  readonly rings?: readonly string[];
}

/** For status: all counts are since the start. */
export interface SeriesState {
  readonly series: number;
  /** Series that count in `other` and are remembered. */
  readonly refused: number;
  readonly unreadEntries: number;
  /** Sets of labels beyond an alert's level for which there was no room. */
  readonly leftOutMeasurements: number;
  /** Fields and elements of arrays beyond the limits of a map. */
  readonly leftOutFields: number;
  readonly errors: number;
  readonly lastError: string | undefined;
  /** How long the last reading of all maps took, milliseconds. */
  readonly readingMs: number;
}

/** Makes metrics and measurements of the maps of one loaded program. */
export class ProgramSeries implements SeriesReader {
  /** Why global variables have no metrics, one text each. */
  readonly withoutMetrics: readonly string[];
  readonly #readers: readonly MapReader[];
  readonly #rules: readonly AlertRule[];
  #readMs = Number.NEGATIVE_INFINITY;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #readingMs = 0;
  #errors = 0;
  #lastError: string | undefined;
  #isWhole = true;
  /** A reading that has begun. */
  #reading: Generator<undefined, void> | undefined;
  #usedMs = 0;

  /** Throws ConfigError (NG_ERR_PROGRAM_SPEC) where the YAML speaks of what the program has not. */
  constructor({ program, spec, maps, names, rings = [] }: ProgramSeriesOptions) {
    const ends = new EndNames(names);
    const planned = maps.map((map) => mapPlan(program, map, ownValue(spec.maps, map.name) ?? DEFAULT_MAP_SPEC, ends));
    const { plans, reasons } = giveWay(spec, planned);
    this.withoutMetrics = reasons;
    const problems = specProblems(spec, plans, rings);
    if (problems.length > 0) throw specError(problems);
    this.#readers = plans.map((plan) => new MapReader(plan, program));
    const families: FamilyTable = new Map(
      this.#readers.map(({ plan, families: cells }) => [
        plan.map.name,
        new Map(cells.map((of) => [of.plan.field, of])),
      ]),
    );
    const rules: AlertRule[] = [];
    for (const [index, alert] of spec.alerts.entries()) {
      try {
        rules.push(new AlertRule(program, alert, families, ends));
      } catch (error) {
        problems.push(alertProblem(spec, index, error));
      }
    }
    if (problems.length > 0) throw specError(problems);
    this.#rules = rules;
  }

  /** Reads all maps unless they were read a moment ago, between the other work of the thread. What asks meanwhile waits for the same reading. */
  async refresh(nowMs: number): Promise<void> {
    if (!this.#begin(nowMs)) return;
    const reading = this.#reading;
    while (this.#reading === reading && !this.#advance(SERIES_LIMITS.sliceMs)) await setImmediate();
  }

  read(nowMs: number): readonly SeriesFamily[] {
    this.#update(nowMs);
    const shown = this.#readers.filter(({ plan }) => plan.spec.export);
    return shown.flatMap(({ families }) => families.map((cells) => cells.family()));
  }

  /** Nothing while a map cannot be read: what was true before is no measurement of now. */
  measure(nowMs: number): readonly ProgramMeasurement[] {
    if (this.#rules.length === 0) return [];
    this.#update(nowMs);
    return this.#isWhole ? this.#rules.flatMap((rule) => rule.measure(nowMs, this.#readMs)) : [];
  }

  get state(): SeriesState {
    const families = this.#readers.flatMap((reader) => reader.families.map(({ state }) => state));
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    return {
      series: sum(families.map(({ series }) => series)),
      refused: sum(families.map(({ refused }) => refused)),
      unreadEntries: sum(this.#readers.map(({ unread }) => unread)),
      leftOutMeasurements: sum(this.#rules.map(({ leftOut }) => leftOut)),
      leftOutFields: sum(this.#readers.map(({ plan }) => plan.leftOut)),
      errors: this.#errors,
      lastError: this.#lastError,
      readingMs: this.#readingMs,
    };
  }

  /** The same in one go; nobody sees half of a reading. */
  #update(nowMs: number): void {
    if (this.#begin(nowMs)) this.#advance(Number.POSITIVE_INFINITY);
  }

  /** Whether there is something to read. A clock that was set back is no reason to wait. */
  #begin(nowMs: number): boolean {
    if (this.#reading !== undefined) return true;
    const isSetBack = nowMs < this.#readMs - SERIES_LIMITS.clockSetBackMs;
    if (!isSetBack && nowMs < this.#restUntilMs) return false;
    this.#usedMs = 0;
    this.#reading = this.#readAll(nowMs);
    return true;
  }

  /** Reads on for so long. True at the end of the reading. */
  #advance(sliceMs: number): boolean {
    if (this.#reading === undefined) return true;
    const began = performance.now();
    let elapsed = 0;
    let isDone = false;
    while (!isDone && elapsed < sliceMs) {
      isDone = this.#reading.next().done === true;
      elapsed = performance.now() - began;
    }
    this.#usedMs += elapsed;
    if (!isDone) return false;
    this.#reading = undefined;
    this.#readingMs = this.#usedMs;
    this.#restUntilMs = this.#readMs + Math.max(SERIES_LIMITS.readEveryMs, SERIES_LIMITS.restFactor * this.#readingMs);
    return true;
  }

  *#readAll(nowMs: number): Generator<undefined, void> {
    this.#isWhole = true;
    this.#readMs = nowMs;
    for (const reader of this.#readers) {
      if (!reader.isWanted) continue;
      try {
        yield* reader.read(nowMs);
      } catch (error) {
        this.#isWhole = false;
        this.#errors++;
        this.#lastError = `${reader.plan.map.name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
  }
}

function alertProblem({ alerts, locate }: ProgramSpec, index: number, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return { where: locate(['alerts', index, 'expr']), message: `alert ${alerts[index]?.name}: ${message}` };
}
