import { compileNode } from './compile-regex.ts';
import { type Continuation, MatchState } from './match-state.ts';
import { isAnchored, pathLength, type RegexNode, refersToGroups } from './nodes.ts';
import { parseChoice } from './parse-regex.ts';
import { PatternReader, type RegexFlags } from './pattern-reader.ts';
import { REGEX_LIMITS } from './regex-limits.ts';
import { RegexSyntaxError } from './syntax-error.ts';

export interface RegexOptions extends Partial<RegexFlags> {
  /** It matches where the search begins or not at all (/A). */
  readonly anchored?: boolean;
  /** `group` is asked for after a match. */
  readonly keepGroups?: boolean;
}

const NO_FLAGS: RegexFlags = {
  noCase: false,
  multiLine: false,
  dotAll: false,
  extended: false,
  ungreedy: false,
  dollarEndOnly: false,
};

const ACCEPT: Continuation = { run: (at) => at, first: undefined };

/**
 * A Perl-compatible expression over bytes: a backtracking matcher of continuations whose work for one search is bounded in
 * steps and in stack. Without Unicode, recursion and verbs. `\K` does not move the beginning of a match.
 */
export class ByteRegex {
  /** Where the last match began. */
  start = -1;
  /** Searches that were given up because they took too long. */
  overruns = 0;
  /** Elements it was parsed to: what compiling it cost. */
  readonly nodes: number;
  readonly #state: MatchState;
  readonly #program: Continuation;
  readonly #atFirstOnly: boolean;
  readonly #atStartOnly: boolean;

  private constructor(node: RegexNode, reader: PatternReader, options: RegexOptions) {
    const loops = { next: 0 };
    this.nodes = reader.nodes;
    this.#state = new MatchState(reader.groups, reader.nodes);
    this.#program = compileNode(
      { state: this.#state, loops, keepsGroups: options.keepGroups === true || refersToGroups(node) },
      node,
      ACCEPT,
    );
    this.#atStartOnly = isAnchored(node);
    this.#atFirstOnly = options.anchored ?? false;
  }

  /** @throws RegexSyntaxError for what is no expression, is beyond its limits, or is not supported. */
  static compile(source: string, options: RegexOptions = {}): ByteRegex {
    if (source.length > REGEX_LIMITS.sourceBytes) {
      throw new RegexSyntaxError(`longer than ${REGEX_LIMITS.sourceBytes} bytes`, 0);
    }
    const reader = new PatternReader(source, { ...NO_FLAGS, ...flagsOf(options) }, REGEX_LIMITS.nodes);
    const node = parseChoice(reader);
    if (!reader.isAtEnd) reader.fail('a closing bracket too many');
    if (pathLength(node) > REGEX_LIMITS.path) reader.fail(`more than ${REGEX_LIMITS.path} elements in a row`);
    return new ByteRegex(node, reader, options);
  }

  /**
   * Where the first match in `bytes[base, end)` that begins at `from` or later ends, or -1. `^` is `base`.
   * A search that is over its limit finds nothing and is counted.
   */
  search(bytes: Uint8Array, base = 0, end = bytes.length, from = base, stepLimit: number = REGEX_LIMITS.steps): number {
    const state = this.#state;
    state.bytes = bytes;
    state.base = base;
    state.end = end;
    state.from = from;
    state.steps = 0;
    state.stepLimit = stepLimit;
    state.frames = 0;
    const result = this.#from(from);
    if (state.isOver) {
      this.overruns++;
      return -1;
    }
    return result;
  }

  /** Where a group of the last match begins and ends, -1 where it took no part; with `keepGroups` only. */
  group(index: number): readonly [start: number, end: number] {
    const { captures } = this.#state;
    return [captures[index * 2] ?? -1, captures[index * 2 + 1] ?? -1];
  }

  #from(from: number): number {
    const state = this.#state;
    const { first, run } = this.#program;
    const { bytes, end } = state;
    const last = this.#atFirstOnly || this.#atStartOnly ? Math.min(from, end) : end;
    for (let at = from; at <= last; at++) {
      if (first !== undefined) {
        while (at < last && first[bytes[at]!] === 0) at++;
        if (at >= end || first[bytes[at]!] === 0) return -1;
      }
      state.captures.fill(-1);
      const result = run(at);
      if (result >= 0) {
        this.start = at;
        return result;
      }
      if (state.isOver) return -1;
    }
    return -1;
  }
}

/** The flags of the options, those not given left out. */
function flagsOf(options: RegexOptions): Partial<RegexFlags> {
  const { anchored: _, keepGroups: __, ...flags } = options;
  return flags;
}
