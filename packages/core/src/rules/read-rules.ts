import { RuleCompiler, type RuleCompilerOptions, utf8 } from './compile/rule-compiler.ts';
import { CoverageBook, type FileCoverage, type RuleCoverage } from './coverage.ts';
import type { BufferSlot, CompiledRule } from './engine/compiled-rule.ts';
import { RULE_LIMITS } from './limits.ts';
import { type RuleProblem, RuleRefusal } from './problem.ts';
import { type LogicalLine, logicalLines, placeOf } from './syntax/logical-lines.ts';

/** A rule file. */
export interface RuleSource {
  /** How it is named in problems and matches. */
  readonly file: string;
  /** As it stands on the disk. */
  readonly bytes: Uint8Array;
}

/** Rules that were compiled, in the order of evaluation, and what was not. */
export interface RuleBook {
  readonly rules: readonly CompiledRule[];
  readonly slots: readonly BufferSlot[];
  readonly coverage: RuleCoverage;
}

/** A rule takes some 50 µs. */
const LINES_PER_STEP = 50;
const DISABLED = /^#+\s*(?:alert|drop|pass|reject\w*)\s+\S+\s+\S+.*\(.*;\s*\)\s*$/;

/**
 * Reads and compiles all rules, some at each step. Never throws: a rule that cannot be honoured is in the coverage, with its
 * place.
 */
export function* readRules(
  sources: readonly RuleSource[],
  options: RuleCompilerOptions,
): Generator<undefined, RuleBook> {
  const reading = new Reading(options);
  for (const source of sources) yield* reading.file(source);
  return reading.close();
}

class Reading {
  readonly #compiler: RuleCompiler;
  readonly #disabled: ReadonlySet<number>;
  readonly #book = new CoverageBook();
  readonly #rules = new Map<string, { readonly rule: CompiledRule; readonly tally: Tally }>();

  constructor(options: RuleCompilerOptions) {
    this.#compiler = new RuleCompiler(options);
    this.#disabled = options.disabled;
  }

  *file({ file, bytes }: RuleSource): Generator<undefined> {
    const tally = this.#book.begin(file);
    let lines = 0;
    for (const line of logicalLines(Buffer.from(bytes).toString('latin1'))) {
      if (++lines % LINES_PER_STEP === 0) yield;
      const text = line.text.trim();
      if (!text.startsWith('#')) this.#rule(tally, line);
      else if (text.length <= RULE_LIMITS.ruleBytes && DISABLED.test(text)) tally.disabled++;
    }
  }

  close(): RuleBook {
    const rules = Array.from(this.#rules.values(), ({ rule }) => rule);
    rules.sort((a, b) => a.rank - b.rank || a.signature.priority - b.signature.priority);
    for (const [index, rule] of rules.entries()) rule.index = index;
    return { rules, slots: [...this.#compiler.slots.values()], coverage: this.#book.close(this.#compiler.work) };
  }

  #rule(tally: Tally, line: LogicalLine): void {
    try {
      if (this.#rules.size >= RULE_LIMITS.rules) throw new RuleRefusal('limit', `more than ${RULE_LIMITS.rules} rules`);
      this.#keep(this.#compiler.compile(line.text, { file: tally.file, line: placeOf(line, 0).line }), tally);
    } catch (error) {
      if (!(error instanceof RuleRefusal)) throw error;
      this.#book.refuse(tally, problemOf(error, line, tally.file));
    }
  }

  /** The newest revision of a sid stays, as in Suricata. */
  #keep(rule: CompiledRule, tally: Tally): void {
    if (this.#disabled.has(rule.signature.sid)) {
      tally.disabled++;
      return;
    }
    const key = `${rule.signature.gid}:${rule.signature.sid}`;
    const known = this.#rules.get(key);
    if (known !== undefined && known.rule.signature.rev >= rule.signature.rev) {
      tally.superseded++;
      return;
    }
    if (known !== undefined) {
      known.tally.loaded--;
      known.tally.superseded++;
    }
    tally.loaded++;
    this.#rules.set(key, { rule, tally });
  }
}

type Tally = { -readonly [K in keyof FileCoverage]: FileCoverage[K] };

function problemOf(error: RuleRefusal, line: LogicalLine, file: string): RuleProblem {
  const sid = /[;(\s]sid:\s*(\d{1,10})/.exec(line.text.slice(0, RULE_LIMITS.ruleBytes))?.[1];
  return {
    file,
    ...placeOf(line, error.at ?? 0),
    keyword: utf8(error.keyword.slice(0, 64)),
    reason: utf8(error.message),
    ...(sid === undefined ? {} : { sid: Number(sid) }),
  };
}
