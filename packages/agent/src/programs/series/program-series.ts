import type { Problem } from '../../config/problem.ts';
import { AlertRule } from './alert-rule.ts';
import { specProblems } from './check-spec.ts';
import { EndNames } from './end-names.ts';
import type { FamilyTable } from './expression/compile.ts';
import { SERIES_LIMITS } from './limits.ts';
import { mapPlan } from './map-plan.ts';
import { MapReader } from './map-reader.ts';
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
  readonly #readers: readonly MapReader[];
  readonly #rules: readonly AlertRule[];
  #readMs = Number.NEGATIVE_INFINITY;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #readingMs = 0;
  #errors = 0;
  #lastError: string | undefined;
  #isWhole = true;

  /** Throws ConfigError (NG_ERR_PROGRAM_SPEC) where the YAML speaks of what the program has not. */
  constructor({ program, spec, maps, names, rings = [] }: ProgramSeriesOptions) {
    const ends = new EndNames(names);
    const plans = maps.map((map) => mapPlan(program, map, spec.maps[map.name] ?? DEFAULT_MAP_SPEC, ends));
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

  /** Reads all maps, unless they were read a moment ago. A clock that was set back is no reason to wait. */
  #update(nowMs: number): void {
    const isEarly = nowMs >= this.#readMs && nowMs < this.#restUntilMs;
    if (isEarly) return;
    const startMs = performance.now();
    this.#isWhole = true;
    for (const reader of this.#readers) {
      if (!reader.isWanted) continue;
      try {
        reader.read(nowMs);
      } catch (error) {
        this.#isWhole = false;
        this.#errors++;
        this.#lastError = `${reader.plan.map.name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    this.#readingMs = performance.now() - startMs;
    this.#readMs = nowMs;
    this.#restUntilMs = nowMs + Math.max(SERIES_LIMITS.readEveryMs, SERIES_LIMITS.restFactor * this.#readingMs);
  }
}

function alertProblem({ alerts, locate }: ProgramSpec, index: number, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return { where: locate(['alerts', index, 'expr']), message: `alert ${alerts[index]?.name}: ${message}` };
}
