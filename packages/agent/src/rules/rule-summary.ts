import { formatTime, type RuleSet } from '@netguard/core';

/** Keywords named; there are few that keep rules from being loaded. */
const KEYWORDS = 20;

/** What became of the rules, for `status`, metrics and the log. */
export interface RuleSummary {
  readonly loaded: number;
  readonly refused: number;
  readonly disabled: number;
  /** Rules of which a newer revision is loaded. */
  readonly superseded: number;
  /** Rules refused by keyword, the most frequent first. */
  readonly refusedBy: readonly { readonly keyword: string; readonly rules: number }[];
  readonly files: number;
  /** What looks for their patterns. */
  readonly engine: string;
  /** From the change to the new rules in use, without what else was done meanwhile. */
  readonly compileMs: number;
  /** When they came into use, RFC 3339. */
  readonly loadedAt: string;
}

export function summariseRules(
  { coverage }: Pick<RuleSet, 'coverage'>,
  engine: string,
  compileMs: number,
  nowMs: number,
): RuleSummary {
  const { loaded, refused, disabled, superseded, refusedBy, files } = coverage;
  return {
    loaded,
    refused,
    disabled,
    superseded,
    refusedBy: refusedBy.slice(0, KEYWORDS).map(({ keyword, rules }) => ({ keyword, rules })),
    files: files.length,
    engine,
    compileMs: Math.round(compileMs),
    loadedAt: formatTime(nowMs),
  };
}
