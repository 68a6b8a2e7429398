import type { RuleCoverage } from '../coverage.ts';
import type { Inspection, MakeMultiPattern } from '../inspection.ts';
import { RULE_RUN_LIMITS } from '../limits.ts';
import { ContentRun } from '../match/content-run.ts';
import type { RuleBook } from '../read-rules.ts';
import type { SignatureMatch } from '../signature-match.ts';
import type { Reputation } from '../state/reputation.ts';
import { ThresholdTable } from '../state/threshold-table.ts';
import { XbitTable } from '../state/xbit-table.ts';
import { BufferReader } from './buffer-reader.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { fitsHeader, forgetTold, type MatchKind, matchKind, rememberTold } from './evaluate.ts';
import { Prefilter } from './prefilter.ts';
import type { LabelsOf, RuleContext } from './rule-context.ts';

/** What a set remembers over all conversations; a set that replaces another may take it over. */
export interface RuleState {
  readonly thresholds: ThresholdTable;
  readonly xbits: XbitTable;
}

export interface RuleSetOptions {
  readonly makeMultiPattern: MakeMultiPattern;
  readonly reputation?: Reputation | undefined;
  readonly labelsOf?: LabelsOf | undefined;
  readonly state?: RuleState | undefined;
}

/** How often a rule was evaluated and matched since it was loaded. */
export interface RuleStatistics {
  readonly gid: number;
  readonly sid: number;
  readonly checked: number;
  readonly matched: number;
  /** Searches of its expressions that were given up. */
  readonly pcreOverruns: number;
}

const NOTHING: readonly SignatureMatch[] = [];

/** Compiled rules. Not for several samples at once: one inspection ends before the next begins. */
export class RuleSet {
  readonly coverage: RuleCoverage;
  readonly state: RuleState;
  /** Samples looked at, rules evaluated for them, evaluations that looked at too many keywords. */
  samples = 0;
  evaluations = 0;
  readonly #rules: readonly CompiledRule[];
  readonly #prefilter: Prefilter;
  readonly #reader: BufferReader;
  readonly #run = new ContentRun();
  readonly #options: RuleSetOptions;
  /** The sample for which each rule was last chosen. */
  readonly #chosenFor: Float64Array;
  readonly #candidates: CompiledRule[] = [];

  constructor({ rules, slots, coverage }: RuleBook, options: RuleSetOptions) {
    this.coverage = coverage;
    this.state = options.state ?? { thresholds: new ThresholdTable(), xbits: new XbitTable() };
    this.#options = options;
    this.#rules = rules;
    this.#reader = new BufferReader(slots.length);
    this.#chosenFor = new Float64Array(rules.length);
    this.#prefilter = new Prefilter(rules);
  }

  /** Makes the searches, step by step. The set must not be used before the last. */
  prepare(): Generator<undefined> {
    return this.#prefilter.build(this.#options.makeMultiPattern);
  }

  get size(): number {
    return this.#rules.length;
  }

  /** Distinct patterns of the prefilter. */
  get patterns(): number {
    return this.#prefilter.patterns;
  }

  /** Evaluations that were given up: too many keywords looked at for one buffer. */
  get overruns(): number {
    return this.#run.overruns;
  }

  /** Rules that match this sample, those of the highest priority first among equals of their order. Bounded in number. */
  inspect(inspection: Inspection): readonly SignatureMatch[] {
    countBytes(inspection);
    if (inspection.memory.passed === true) return NOTHING;
    this.samples++;
    forgetTold(inspection);
    this.#reader.begin(inspection.facts);
    this.#choose(inspection);
    if (this.#candidates.length === 0) return this.#end(NOTHING);
    const { xbits } = this.state;
    const { reputation, labelsOf } = this.#options;
    const context: RuleContext = { inspection, xbits, reputation, labelsOf };
    const matches: SignatureMatch[] = [];
    for (const rule of this.#candidates) {
      if (!this.#evaluate(rule, context)) continue;
      if (rule.isPass) return this.#end(pass(rule, inspection));
      if (!rule.noAlert && matches.length < RULE_RUN_LIMITS.matches) matches.push(rule.signature);
    }
    return this.#end(matches);
  }

  /** Numbers of each rule that was evaluated. */
  *statistics(): Generator<RuleStatistics> {
    for (const { signature, checked, matched, regexes } of this.#rules) {
      if (checked === 0) continue;
      const pcreOverruns = regexes.reduce((total, { regex }) => total + regex.overruns, 0);
      yield { gid: signature.gid, sid: signature.sid, checked, matched, pcreOverruns };
    }
  }

  /** Frees what the prefilter holds. The set must not be used after it. */
  close(): void {
    this.#prefilter.close();
  }

  #choose(inspection: Inspection): void {
    const candidates = this.#candidates;
    const chosenFor = this.#chosenFor;
    const sample = this.samples;
    candidates.length = 0;
    this.#prefilter.select(inspection, this.#reader, (rules) => {
      for (const rule of rules) {
        if (chosenFor[rule.index] === sample) continue;
        chosenFor[rule.index] = sample;
        if (fitsHeader(rule, inspection)) candidates.push(rule);
      }
    });
    if (candidates.length > 1) candidates.sort(byIndex);
  }

  #evaluate(rule: CompiledRule, context: RuleContext): boolean {
    const { inspection } = context;
    rule.checked++;
    this.evaluations++;
    for (const check of rule.checks) if (!check(context)) return false;
    const kind = matchKind(rule, inspection, this.#reader, this.#run);
    if (kind === undefined || !isFirst(rule, kind, inspection)) return false;
    if (kind === 'transaction' && !rule.isSplit) rememberTold(rule, inspection, this.#run.factIndex);
    rule.matched++;
    const key = `${rule.signature.gid}:${rule.signature.sid}`;
    const isTold = rule.threshold === undefined || this.state.thresholds.pass(key, rule.threshold, inspection);
    if (!isTold && rule.threshold?.type === 'detection_filter') return false;
    for (const effect of rule.effects) effect(context);
    return isTold;
  }

  #end(matches: readonly SignatureMatch[]): readonly SignatureMatch[] {
    this.#reader.end();
    return matches;
  }
}

function byIndex(a: CompiledRule, b: CompiledRule): number {
  return a.index - b.index;
}

/** What matched in the stream matches in every later sample of it: it is told once. So is a rule that looks at no content. */
function isFirst(rule: CompiledRule, kind: MatchKind, { memory }: Inspection): boolean {
  if (kind !== 'stream' && kind !== 'header') return true;
  memory.matched ??= new Set();
  if (memory.matched.has(rule.signature.sid)) return false;
  memory.matched.add(rule.signature.sid);
  return true;
}

/** The rest of the conversation is passed as well, unless the rule is of single packets. */
function pass(rule: CompiledRule, { memory }: Inspection): readonly SignatureMatch[] {
  if (rule.payloadMode !== 'packet') memory.passed = true;
  return NOTHING;
}

function countBytes({ memory, transport, toServer, payloadBytes }: Inspection): void {
  if (transport !== 'TCP' || toServer === undefined) return;
  if (toServer) memory.clientBytes = (memory.clientBytes ?? 0) + payloadBytes;
  else memory.serverBytes = (memory.serverBytes ?? 0) + payloadBytes;
}
