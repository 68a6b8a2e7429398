import type { RuleContext } from '../engine/rule-context.ts';
import { ruleProtocol } from '../header/rule-protocol.ts';
import { RULE_RUN_LIMITS } from '../limits.ts';
import { refuse } from '../problem.ts';
import { commaParts, parseInteger } from '../syntax/quoted.ts';
import { type KeywordHandler, type KeywordTable, need, parseSizeTest } from './keyword.ts';
import type { RuleDraft } from './rule-draft.ts';

const flow: KeywordHandler = (draft, value, keyword) => {
  if (draft.sawFlow) refuse(keyword, 'it stands there twice');
  draft.sawFlow = true;
  for (const option of commaParts(keyword, value)) flowOption(draft, keyword, option.toLowerCase());
};

function flowOption(draft: RuleDraft, keyword: string, option: string): void {
  switch (option) {
    case 'to_server':
    case 'from_client':
      draft.direction = 'to-server';
      return;
    case 'to_client':
    case 'from_server':
      draft.direction = 'to-client';
      return;
    case 'established':
      draft.established = true;
      return;
    case 'not_established':
      draft.established = false;
      return;
    case 'only_stream':
      draft.payloadMode = 'stream';
      return;
    case 'no_stream':
      draft.payloadMode = 'packet';
      return;
    case 'stateless':
    case 'no_frag':
      return;
    default:
      refuse(keyword, `${option.slice(0, 40)} is not known of a sample`);
  }
}

const flowbits: KeywordHandler = (draft, value, keyword) => {
  const [command = '', names = '', ...more] = commaParts(keyword, value);
  if (command === 'noalert' && names === '') {
    draft.noAlert = true;
    return;
  }
  if (names === '' || more.length > 0) refuse(keyword, 'not of the form command,name');
  const bits = names.split('|').map((name) => name.trim());
  switch (command) {
    case 'isset':
      draft.asksBits = true;
      draft.checks.push(({ inspection }) => bits.some((bit) => inspection.memory.flowBits?.has(bit) === true));
      return;
    case 'isnotset':
      draft.asksBits = true;
      draft.checks.push(({ inspection }) => !bits.some((bit) => inspection.memory.flowBits?.has(bit) === true));
      return;
    case 'set':
    case 'unset':
    case 'toggle':
      draft.setsBits = true;
      draft.effects.push((context) => {
        for (const bit of bits) changeBit(context, command, bit);
      });
      return;
    default:
      refuse(keyword, `${command.slice(0, 40)} is no command of it`);
  }
};

function changeBit({ inspection }: RuleContext, command: 'set' | 'unset' | 'toggle', bit: string): void {
  const { memory } = inspection;
  memory.flowBits ??= new Set();
  const isOn = memory.flowBits.has(bit);
  if (command === 'unset' || (command === 'toggle' && isOn)) memory.flowBits.delete(bit);
  else if (memory.flowBits.size < RULE_RUN_LIMITS.flowBits) memory.flowBits.add(bit);
}

type Track = (context: RuleContext) => string;

const TRACKS: Readonly<Record<string, Track>> = {
  ip_src: ({ inspection }) => inspection.source.ip,
  ip_dst: ({ inspection }) => inspection.destination.ip,
  ip_pair: ({ inspection: { source, destination } }) =>
    source.ip < destination.ip ? `${source.ip} ${destination.ip}` : `${destination.ip} ${source.ip}`,
};

/** Suricata's default life of a bit of addresses. */
const XBIT_SECONDS = 30;

const xbits: KeywordHandler = (draft, value, keyword) => {
  const [command = '', name = '', ...options] = commaParts(keyword, value);
  let track: Track | undefined;
  let seconds = XBIT_SECONDS;
  for (const option of options) {
    const [word, argument = ''] = option.split(/\s+/, 2);
    if (word === 'track') track = Object.hasOwn(TRACKS, argument) ? TRACKS[argument] : undefined;
    else if (word === 'expire') seconds = parseInteger(keyword, argument, 1, 86_400 * 365);
    else refuse(keyword, `${option.slice(0, 40)} is no option of it`);
  }
  if (track === undefined) return refuse(keyword, 'it tracks none of ip_src, ip_dst, ip_pair');
  addressBit(draft, keyword, command, `x ${name}`, track, seconds);
};

/** A bit of a host stays as long as its table has room. */
const hostbits: KeywordHandler = (draft, value, keyword) => {
  const [command = '', name = '', end = 'src'] = commaParts(keyword, value);
  const track = end === 'src' ? TRACKS.ip_src : end === 'dst' ? TRACKS.ip_dst : undefined;
  if (track === undefined) return refuse(keyword, `${end.slice(0, 40)} is neither src nor dst`);
  addressBit(draft, keyword, command, `h ${name}`, track, Number.POSITIVE_INFINITY);
};

function addressBit(
  draft: RuleDraft,
  keyword: string,
  command: string,
  name: string,
  track: Track,
  seconds: number,
): void {
  const keyOf = (context: RuleContext): string => `${name} ${track(context)}`;
  const isSet = (context: RuleContext): boolean => context.xbits.has(keyOf(context), context.inspection.timeMs);
  const set = (context: RuleContext): void =>
    context.xbits.set(keyOf(context), context.inspection.timeMs + seconds * 1000);
  const unset = (context: RuleContext): void => context.xbits.unset(keyOf(context));
  if (command === 'isset') draft.checks.push(isSet);
  else if (command === 'isnotset') draft.checks.push((context) => !isSet(context));
  else if (command === 'set') draft.effects.push(set);
  else if (command === 'unset') draft.effects.push(unset);
  else if (command === 'toggle') draft.effects.push((context) => (isSet(context) ? unset(context) : set(context)));
  else refuse(keyword, `${command.slice(0, 40)} is no command of it`);
  if (command.startsWith('is')) draft.asksBits = true;
  else draft.setsBits = true;
}

const dsize: KeywordHandler = (draft, value, keyword) => {
  const test = parseSizeTest(keyword, need(keyword, value), 65_535);
  draft.needsPacket = true;
  draft.checks.push(({ inspection }) => test(inspection.payloadBytes));
};

/** As far as directions were sampled. One more than payload, as Suricata counts: the SYN has a number too. */
const streamSize: KeywordHandler = (draft, value, keyword) => {
  const [side = '', sign = '', number] = commaParts(keyword, value);
  const isClient = side === 'client';
  if (!['client', 'server', 'both', 'either'].includes(side)) refuse(keyword, `${side.slice(0, 40)} is no side`);
  const test = parseSizeTest(keyword, `${sign}${parseInteger(keyword, number, 0, 2 ** 32)}`);
  draft.alsoPacket = true;
  draft.checks.push(({ inspection: { memory } }) => {
    const client = test((memory.clientBytes ?? 0) + 1);
    const server = test((memory.serverBytes ?? 0) + 1);
    if (side === 'both') return client && server;
    return side === 'either' ? client || server : isClient ? client : server;
  });
};

const appLayerProtocol: KeywordHandler = (draft, value, keyword) => {
  const [first = '', ...more] = commaParts(keyword, value);
  if (more.length > 0) refuse(keyword, 'a direction or mode');
  const negated = first.startsWith('!');
  const name = negated ? first.slice(1).trim() : first;
  const wanted = name === 'failed' || name === 'unknown' ? ['unknown'] : ruleProtocol(name).application;
  if (wanted === undefined) return refuse(keyword, `${name.slice(0, 40)} is no protocol of applications`);
  draft.checks.push(({ inspection: { protocols } }) => {
    const speaks = wanted.some((protocol) => protocols.has(protocol));
    return negated ? protocols.size > 0 && !speaks : speaks;
  });
};

/** Keywords about the conversation and the packet. */
export const FLOW_KEYWORDS: KeywordTable = {
  flow,
  flowbits,
  xbits,
  hostbits,
  dsize,
  stream_size: streamSize,
  'app-layer-protocol': appLayerProtocol,
  sameip: (draft) => void draft.checks.push(({ inspection }) => inspection.source.ip === inspection.destination.ip),
};
