import { refuse } from '../problem.ts';
import type { ThresholdRule } from '../state/threshold-table.ts';
import { commaParts, parseInteger } from '../syntax/quoted.ts';
import type { KeywordHandler, KeywordTable } from './keyword.ts';

const TYPES: readonly string[] = ['limit', 'threshold', 'both', 'backoff'];
const TRACKS: readonly string[] = ['by_src', 'by_dst', 'by_both', 'by_rule', 'by_flow'];

function parseThreshold(keyword: string, value: string | undefined, isFilter: boolean): ThresholdRule {
  const given = new Map<string, string>();
  for (const part of commaParts(keyword, value)) {
    const [name = '', argument = ''] = part.split(/\s+/, 2);
    if (given.has(name)) refuse(keyword, `${name.slice(0, 40)} stands there twice`);
    given.set(name, argument);
  }
  const allowed = ['track', 'count', 'seconds', 'unique_on', ...(isFilter ? [] : ['type', 'multiplier'])];
  const unknown = [...given.keys()].find((name) => !allowed.includes(name));
  if (unknown !== undefined) refuse(keyword, `${unknown.slice(0, 40)} is no option of it`);
  const type = isFilter ? 'detection_filter' : (given.get('type') ?? '');
  if (!isFilter && !TYPES.includes(type)) refuse(keyword, `${type.slice(0, 40) || 'nothing'} is no type of it`);
  const track = given.get('track') ?? '';
  if (!TRACKS.includes(track)) refuse(keyword, `${track.slice(0, 40) || 'nothing'} cannot be tracked`);
  const uniqueOn = given.get('unique_on');
  if (uniqueOn !== undefined && uniqueOn !== 'src_port' && uniqueOn !== 'dst_port') {
    refuse(keyword, 'unique_on is neither src_port nor dst_port');
  }
  return {
    type: type as ThresholdRule['type'],
    track: track as ThresholdRule['track'],
    count: parseInteger(keyword, given.get('count'), 1, 1_000_000),
    seconds: type === 'backoff' ? 0 : parseInteger(keyword, given.get('seconds'), 1, 86_400 * 365),
    multiplier: type === 'backoff' ? parseInteger(keyword, given.get('multiplier'), 2, 1_000_000) : 1,
    uniqueOn: uniqueOn as ThresholdRule['uniqueOn'],
  };
}

function threshold(isFilter: boolean): KeywordHandler {
  return (draft, value, keyword) => {
    if (draft.threshold !== undefined) refuse(keyword, 'the rule has a threshold already');
    draft.threshold = parseThreshold(keyword, value, isFilter);
  };
}

export const THRESHOLD_KEYWORDS: KeywordTable = {
  threshold: threshold(false),
  detection_filter: threshold(true),
};
