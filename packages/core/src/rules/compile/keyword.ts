import type { RuleProtocol } from '../header/rule-protocol.ts';
import type { ByteOperand, MatchNode } from '../match/nodes.ts';
import { refuse } from '../problem.ts';
import type { Dataset } from '../state/dataset.ts';
import { parseInteger } from '../syntax/quoted.ts';
import type { RuleDraft } from './rule-draft.ts';

/** What keywords need besides the rule itself. */
export interface KeywordContext {
  readonly protocol: RuleProtocol;
  /** The data set of a name; all rules of a set share it. */
  dataset(name: string, make: () => Dataset): Dataset;
  /** Text of a file that a rule names. @throws RuleRefusal */
  readFile(keyword: string, path: string): string;
  readonly reputationCategory: ((name: string) => number | undefined) | undefined;
  readonly knowsLabels: boolean;
}

/** Reads one option into the rule. @throws RuleRefusal */
export type KeywordHandler = (
  draft: RuleDraft,
  value: string | undefined,
  keyword: string,
  context: KeywordContext,
) => void;

export type KeywordTable = Readonly<Record<string, KeywordHandler>>;

/** A number, or the name of one that an earlier keyword extracted. */
export function parseOperand(
  draft: RuleDraft,
  keyword: string,
  text: string | undefined,
  min: number,
  max: number,
): ByteOperand {
  const slot = draft.slots.get((text ?? '').trim());
  return slot === undefined ? { value: parseInteger(keyword, text, min, max), slot: -1 } : { value: 0, slot };
}

/** `5`, `<5`, `>5`, `<=5`, `>=5`, `!5`, `!=5`, `5<>10` (both ends outside), as a test. */
export function parseSizeTest(keyword: string, text: string, max = 2 ** 32): (size: number) => boolean {
  const number = (digits: string | undefined): number => parseInteger(keyword, digits, 0, max);
  const range = /^([^<>]+)(?:<>|-)([^<>]+)$/.exec(text.trim());
  if (range !== null) {
    const low = number(range[1]);
    const high = number(range[2]);
    if (low >= high) refuse(keyword, 'a range that runs backwards');
    return (size) => size > low && size < high;
  }
  const found = /^(<=|>=|<|>|!=|!|=)?\s*(.*)$/.exec(text.trim())!;
  const limit = number(found[2]);
  switch (found[1]) {
    case '<':
      return (size) => size < limit;
    case '>':
      return (size) => size > limit;
    case '<=':
      return (size) => size <= limit;
    case '>=':
      return (size) => size >= limit;
    case '!':
    case '!=':
      return (size) => size !== limit;
    default:
      return (size) => size === limit;
  }
}

/** A value that must be given. */
export function need(keyword: string, value: string | undefined): string {
  return value === undefined || value === '' ? refuse(keyword, 'no value') : value;
}

/** Refuses a value where the keyword takes none. */
export function needNone(keyword: string, value: string | undefined): void {
  if (value !== undefined && value !== '') refuse(keyword, 'it takes no value');
}

export type { MatchNode };
