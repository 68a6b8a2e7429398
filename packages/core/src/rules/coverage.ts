import { RULE_LIMITS } from './limits.ts';
import type { RuleProblem } from './problem.ts';

export interface FileCoverage {
  readonly file: string;
  readonly loaded: number;
  readonly refused: number;
  /** Rules that are commented out, or switched off by their number. */
  readonly disabled: number;
  /** Rules of a sid that an equal or newer revision has taken. */
  readonly superseded: number;
}

export interface RefusedKeyword {
  readonly keyword: string;
  readonly rules: number;
  /** The first ones. */
  readonly problems: readonly RuleProblem[];
}

/** What of rule files was loaded, and why the rest was not. */
export interface RuleCoverage {
  readonly files: readonly FileCoverage[];
  readonly loaded: number;
  readonly refused: number;
  readonly disabled: number;
  readonly superseded: number;
  /** By keyword, the most frequent first. */
  readonly refusedBy: readonly RefusedKeyword[];
  /** Counted work of compiling, in the units of the limit. */
  readonly work: number;
}

type Tally = { -readonly [K in keyof FileCoverage]: FileCoverage[K] };

/** Counts while rules are compiled. */
export class CoverageBook {
  readonly #files: Tally[] = [];
  readonly #keywords = new Map<string, { rules: number; problems: RuleProblem[] }>();
  #kept = 0;

  begin(file: string): Tally {
    const tally = { file, loaded: 0, refused: 0, disabled: 0, superseded: 0 };
    this.#files.push(tally);
    return tally;
  }

  refuse(tally: Tally, problem: RuleProblem): void {
    tally.refused++;
    const entry = this.#keywords.get(problem.keyword) ?? { rules: 0, problems: [] };
    this.#keywords.set(problem.keyword, entry);
    entry.rules++;
    if (this.#kept++ < RULE_LIMITS.problems) entry.problems.push(problem);
  }

  close(work: number): RuleCoverage {
    const sum = (key: 'loaded' | 'refused' | 'disabled' | 'superseded'): number =>
      this.#files.reduce((total, file) => total + file[key], 0);
    return {
      files: this.#files,
      loaded: sum('loaded'),
      refused: sum('refused'),
      disabled: sum('disabled'),
      superseded: sum('superseded'),
      refusedBy: Array.from(this.#keywords, ([keyword, entry]) => ({ keyword, ...entry })).sort(
        (a, b) => b.rules - a.rules,
      ),
      work,
    };
  }
}
