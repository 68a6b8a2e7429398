import type { RuleContext } from '../engine/rule-context.ts';
import { refuse } from '../problem.ts';
import { Dataset, isDatasetType } from '../state/dataset.ts';
import { commaParts, parseInteger } from '../syntax/quoted.ts';
import { type KeywordContext, type KeywordHandler, type KeywordTable, parseSizeTest } from './keyword.ts';

const COMMANDS: readonly string[] = ['isset', 'isnotset', 'set', 'unset'];

/** Options that say how Suricata lays the set out in memory or where it saves it. */
const UNUSED_OPTIONS: readonly string[] = ['memcap', 'hashsize', 'save', 'state'];

function openDataset(
  keyword: string,
  name: string,
  options: readonly string[],
  context: KeywordContext,
  mustLoad: boolean,
): Dataset {
  const given = new Map<string, string>();
  for (const option of options) {
    const [word = '', argument = ''] = option.split(/\s+/, 2);
    if (!['type', 'load', ...UNUSED_OPTIONS].includes(word)) refuse(keyword, `${word.slice(0, 40)} is no option of it`);
    given.set(word, argument);
  }
  const type = given.get('type') ?? '';
  const path = given.get('load') ?? given.get('state');
  if (mustLoad && path === undefined) refuse(keyword, 'no file to load');
  const set = context.dataset(name, () => {
    if (!isDatasetType(type)) return refuse(keyword, `${type.slice(0, 40) || 'nothing'} is no type of a set`);
    const made = new Dataset(type);
    if (path !== undefined) made.load(keyword, context.readFile(keyword, path));
    return made;
  });
  if (type !== '' && set.type !== type) refuse(keyword, `the set ${name.slice(0, 40)} is of ${set.type}`);
  return set;
}

const dataset: KeywordHandler = (draft, value, keyword, context) => {
  const [command = '', name = '', ...options] = commaParts(keyword, value);
  if (!COMMANDS.includes(command)) refuse(keyword, `${command.slice(0, 40)} is no command of it`);
  if (draft.sticky === undefined) refuse(keyword, 'no buffer before it');
  const set = openDataset(keyword, name, options, context, false);
  draft.add(draft.sticky!, { kind: 'dataset', set, command: command as 'isset', test: undefined });
};

const datarep: KeywordHandler = (draft, value, keyword, context) => {
  const [name = '', sign = '', number = '', ...options] = commaParts(keyword, value);
  if (draft.sticky === undefined) refuse(keyword, 'no buffer before it');
  const test = parseSizeTest(keyword, `${sign}${number}`, 65_535);
  const set = openDataset(keyword, name, options, context, true);
  draft.add(draft.sticky!, { kind: 'dataset', set, command: 'reputation', test });
};

type Sides = (context: RuleContext) => readonly string[];

const SIDES: Readonly<Record<string, Sides>> = {
  src: ({ inspection }) => [inspection.source.ip],
  dst: ({ inspection }) => [inspection.destination.ip],
  any: ({ inspection }) => [inspection.source.ip, inspection.destination.ip],
  both: ({ inspection }) => [inspection.source.ip, inspection.destination.ip],
};

const iprep: KeywordHandler = (draft, value, keyword, context) => {
  const [side = '', name = '', sign = '', number = ''] = commaParts(keyword, value);
  const sides = Object.hasOwn(SIDES, side) ? SIDES[side] : undefined;
  if (sides === undefined) return refuse(keyword, `${side.slice(0, 40)} is no side`);
  if (context.reputationCategory === undefined) return refuse(keyword, 'no reputation files are configured');
  const category = context.reputationCategory(name);
  if (category === undefined) return refuse(keyword, `the category ${name.slice(0, 40)} is not there`);
  const compared =
    sign === 'isset' || sign === 'isnotset' ? undefined : parseSizeTest(keyword, `${sign}${number}`, 127);
  if (compared !== undefined) parseInteger(keyword, number, 0, 127);
  const test = (ruleContext: RuleContext, ip: string): boolean => {
    const score = ruleContext.reputation?.score(ip, category) ?? 0;
    if (compared === undefined) return score > 0 === (sign === 'isset');
    return score > 0 && compared(score);
  };
  draft.checks.push((ruleContext) => {
    const ips = sides(ruleContext);
    return side === 'both' ? ips.every((ip) => test(ruleContext, ip)) : ips.some((ip) => test(ruleContext, ip));
  });
};

/** Keywords that look values up in files. */
export const STATE_KEYWORDS: KeywordTable = { dataset, datarep, iprep };
