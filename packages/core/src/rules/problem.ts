/** Why a rule was not loaded, and where. */
export interface RuleProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in that line. */
  readonly column: number;
  /** The keyword that cannot be honoured; `header` for what stands before the options, `syntax`, `limit`. */
  readonly keyword: string;
  readonly reason: string;
  readonly sid?: number;
}

/** Thrown while a rule is compiled, caught where rules are told apart. */
export class RuleRefusal extends Error {
  readonly keyword: string;
  /** Characters into the rule, where it is known. */
  readonly at: number | undefined;

  constructor(keyword: string, reason: string, at?: number) {
    super(reason);
    this.name = 'RuleRefusal';
    this.keyword = keyword;
    this.at = at;
  }
}

/** @throws RuleRefusal */
export function refuse(keyword: string, reason: string, at?: number): never {
  throw new RuleRefusal(keyword, reason, at);
}
