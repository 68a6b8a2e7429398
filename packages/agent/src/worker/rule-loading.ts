import { performance } from 'node:perf_hooks';
import { compileRulesInSteps, type LabelsOf, type RuleSet } from '@netguard/core';
import { type RuleInputs, ruleOptions } from '../rules/rule-inputs.ts';
import { summariseRules } from '../rules/rule-summary.ts';
import { chooseMultiPattern, type PatternSearch } from '../vectorscan/choose-multi-pattern.ts';
import type { FromWorker } from './messages.ts';

/** Work in one go: detectors are not to wait for longer, but for one pattern search, which takes up to a tenth of a second. */
const SLICE_MS = 5;

/** Compiles rules between the other work of the thread, and puts them into use whole. The last rules stay until then. */
export class RuleLoading {
  readonly #use: (rules: RuleSet | undefined) => void;
  readonly #post: (message: FromWorker) => void;
  readonly #labelsOf: LabelsOf;
  readonly #nowMs: () => number;
  #search: PatternSearch | undefined;
  #current: RuleSet | undefined;
  #steps: Generator<undefined, RuleSet> | undefined;
  #usedMs = 0;

  constructor(
    use: (rules: RuleSet | undefined) => void,
    post: (message: FromWorker) => void,
    labelsOf: LabelsOf,
    nowMs: () => number,
  ) {
    this.#use = use;
    this.#post = post;
    this.#labelsOf = labelsOf;
    this.#nowMs = nowMs;
  }

  /** Begins with these; what was begun before is given up. Nothing: no rules from now on. */
  load(inputs: RuleInputs | undefined): void {
    this.#usedMs = 0;
    if (inputs === undefined) {
      this.#steps = undefined;
      this.#replace(undefined);
      this.#post({ type: 'rules', summary: null });
      return;
    }
    this.#search ??= chooseMultiPattern((error) =>
      this.#post({ type: 'log', level: 'warn', msg: `Vectorscan refused a set of patterns: ${String(error)}` }),
    );
    this.#steps = compileRulesInSteps(inputs.sources, {
      ...ruleOptions(inputs),
      labelsOf: this.#labelsOf,
      makeMultiPattern: this.#search.make,
      ...(this.#current && { state: this.#current.state }),
    });
  }

  /** Whether there is work for `advance`. */
  get isBusy(): boolean {
    return this.#steps !== undefined;
  }

  advance(): void {
    if (this.#steps === undefined) return;
    const began = performance.now();
    let elapsed = 0;
    while (elapsed < SLICE_MS) {
      const { done, value } = this.#steps.next();
      elapsed = performance.now() - began;
      if (done === true) {
        this.#steps = undefined;
        this.#finish(value, this.#usedMs + elapsed);
        return;
      }
    }
    this.#usedMs += elapsed;
  }

  close(): void {
    this.#steps = undefined;
    this.#replace(undefined);
  }

  #finish(rules: RuleSet, usedMs: number): void {
    this.#replace(rules);
    const engine = this.#search?.note ?? '';
    this.#post({ type: 'rules', summary: summariseRules(rules, engine, usedMs, this.#nowMs()) });
  }

  #replace(rules: RuleSet | undefined): void {
    this.#use(rules);
    this.#current?.close();
    this.#current = rules;
  }
}
