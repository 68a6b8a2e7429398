import type { RuleCoverage } from './coverage.ts';
import type { LabelsOf } from './engine/rule-context.ts';
import { RuleSet, type RuleState } from './engine/rule-set.ts';
import type { MakeMultiPattern } from './inspection.ts';
import { type RuleSource, readRules } from './read-rules.ts';
import { Reputation, type ReputationFiles } from './state/reputation.ts';
import { type RuleVariables, withDefaults } from './syntax/variables.ts';

/** What rules are compiled against, beside their own text. */
export interface RuleOptions {
  /** Set instead of or besides Suricata's defaults. */
  readonly variables?: Partial<RuleVariables>;
  /** Classes with their priorities, besides Suricata's own (see `parseClassifications`). */
  readonly classes?: Readonly<Record<string, number>>;
  /** Numbers (sid) of rules that are left out, whatever they say. */
  readonly disabled?: ReadonlySet<number>;
  /** Without it rules with `iprep` are refused. */
  readonly reputation?: ReputationFiles;
  /** Without it rules with `k8s.label` are refused. */
  readonly labelsOf?: LabelsOf;
  /** Text of a file that a rule names (`dataset`, `datarep`), undefined where there is none; called while compiling only. */
  readonly readFile?: (path: string) => string | undefined;
}

const NONE: ReadonlySet<number> = new Set();

export interface CompileOptions extends RuleOptions {
  readonly makeMultiPattern: MakeMultiPattern;
  /** Thresholds and bits of addresses of the set that this one replaces. */
  readonly state?: RuleState;
}

/**
 * Compiles rule files. Never throws for what they hold: a rule that cannot be honoured wholly is not loaded, and `coverage` of
 * the set says which keyword and which line. Work is counted and bounded (`RULE_LIMITS`).
 */
export function compileRules(sources: readonly RuleSource[], options: CompileOptions): RuleSet {
  return runToEnd(compileRulesInSteps(sources, options));
}

/** The same in steps of at most some ten milliseconds, for who has other work meanwhile. */
export function* compileRulesInSteps(
  sources: readonly RuleSource[],
  options: CompileOptions,
): Generator<undefined, RuleSet> {
  const reputation = options.reputation && new Reputation(options.reputation);
  const book = yield* readRules(sources, compilerOptions(options, reputation));
  const { makeMultiPattern, labelsOf, state } = options;
  const set = new RuleSet(book, { makeMultiPattern, labelsOf, reputation, state });
  yield* set.prepare();
  return set;
}

function runToEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** What of these files would be loaded, and why not the rest. Builds no prefilter. */
export function ruleCoverage(sources: readonly RuleSource[], options: RuleOptions = {}): RuleCoverage {
  const reputation = options.reputation && new Reputation(options.reputation);
  return runToEnd(readRules(sources, compilerOptions(options, reputation))).coverage;
}

function compilerOptions(options: RuleOptions, reputation: Reputation | undefined) {
  return {
    variables: withDefaults(options.variables),
    classes: options.classes ?? {},
    reputation,
    knowsLabels: options.labelsOf !== undefined,
    readFile: options.readFile,
    disabled: options.disabled ?? NONE,
  };
}
