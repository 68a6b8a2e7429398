import type { MatchNode, NumberReading } from '../match/nodes.ts';
import { refuse } from '../problem.ts';
import { commaParts, parseInteger } from '../syntax/quoted.ts';
import { type KeywordHandler, type KeywordTable, needNone, parseOperand } from './keyword.ts';
import type { RuleDraft } from './rule-draft.ts';

const LARGEST = 2 ** 48 - 1;
const ZERO = { value: 0, slot: -1 };

const isdataat: KeywordHandler = (draft, value, keyword) => {
  const [first = '', ...options] = commaParts(keyword, value);
  const negated = first.startsWith('!');
  const relative = options.includes('relative');
  const unknown = options.find((option) => option !== 'relative' && option !== 'rawbytes');
  if (unknown !== undefined) refuse(keyword, `${unknown} is no option of it`);
  const at = parseOperand(draft, keyword, negated ? first.slice(1) : first, 0, 0xffff);
  const before = draft.base64 === undefined ? draft.where(relative).nodes.at(-1) : undefined;
  if (negated && relative && at.slot < 0 && at.value === 1 && before?.kind === 'content') {
    // Suricata reads it as `endswith`, which differs after a negated content.
    before.endsWith = true;
    return;
  }
  draft.add(draft.where(relative), { kind: 'isdataat', at, relative, negated });
};

interface Parts {
  little: boolean;
  relative: boolean;
  isText: boolean;
  base: 8 | 10 | 16 | undefined;
  bitmask: number | undefined;
  rest: string[];
}

/** Options that all keywords that read numbers share; those that only one has stay in `rest`. */
function readOptions(keyword: string, options: readonly string[]): Parts {
  const parts: Parts = { little: false, relative: false, isText: false, base: undefined, bitmask: undefined, rest: [] };
  for (const option of options) {
    const [name = '', argument] = option.split(/\s+/, 2);
    if (name === 'little') parts.little = true;
    else if (name === 'relative') parts.relative = true;
    else if (name === 'string') parts.isText = true;
    else if (name === 'dec') parts.base = 10;
    else if (name === 'hex') parts.base = 16;
    else if (name === 'oct') parts.base = 8;
    else if (name === 'bitmask') parts.bitmask = parseInteger(keyword, argument, 1, LARGEST);
    else if (name === 'dce') refuse(keyword, 'the byte order of DCE/RPC');
    else if (name !== 'big' && name !== '') parts.rest.push(option);
  }
  return parts;
}

function reading(
  draft: RuleDraft,
  keyword: string,
  bytes: string | undefined,
  offset: string | undefined,
  parts: Parts,
  least = 1,
): NumberReading {
  const count = parseOperand(draft, keyword, bytes, parts.isText ? 0 : least, parts.isText ? 23 : 8);
  if (!parts.isText && count.value > 6) refuse(keyword, 'binary numbers of more than 6 bytes');
  return {
    bytes: count,
    offset: parseOperand(draft, keyword, offset, -0xffff, 0xffff),
    relative: parts.relative,
    little: parts.little,
    base: parts.isText ? (parts.base ?? 10) : 'binary',
    bitmask: parts.bitmask,
  };
}

function none(keyword: string, rest: readonly string[]): void {
  if (rest.length > 0) refuse(keyword, `${rest[0]!.slice(0, 40)} is no option of it`);
}

const byteTest: KeywordHandler = (draft, value, keyword) => {
  const [bytes, sign = '', number, offset, ...options] = commaParts(keyword, value);
  const found = /^(!?)\s*(<=|>=|<|>|=|&|\^)$/.exec(sign) ?? (sign === '!' ? ['!', '!', '='] : undefined);
  if (found === undefined) return refuse(keyword, `${sign.slice(0, 10)} is no comparison`);
  const parts = readOptions(keyword, options);
  none(keyword, parts.rest);
  draft.add(draft.where(parts.relative), {
    kind: 'byte_test',
    reading: reading(draft, keyword, bytes, offset, parts),
    negated: found[1] === '!',
    operator: found[2] as '<',
    value: parseOperand(draft, keyword, number, 0, LARGEST),
  });
};

const byteJump: KeywordHandler = (draft, value, keyword) => {
  const [bytes, offset, ...options] = commaParts(keyword, value);
  const parts = readOptions(keyword, options);
  let multiplier = 1;
  let align = false;
  let from: 'here' | 'beginning' | 'end' = 'here';
  let postOffset: { readonly value: number; readonly slot: number } = ZERO;
  for (const option of parts.rest) {
    const [name, argument] = option.split(/\s+/, 2);
    if (name === 'multiplier') multiplier = parseInteger(keyword, argument, 1, 65_535);
    else if (name === 'align') align = true;
    else if (name === 'from_beginning') from = 'beginning';
    else if (name === 'from_end') from = 'end';
    else if (name === 'post_offset') postOffset = parseOperand(draft, keyword, argument, -65_535, 65_535);
    else none(keyword, [option]);
  }
  draft.add(draft.where(parts.relative), {
    kind: 'byte_jump',
    reading: reading(draft, keyword, bytes, offset, parts, 0),
    multiplier,
    align,
    from,
    postOffset,
  });
};

const byteExtract: KeywordHandler = (draft, value, keyword) => {
  const [bytes, offset, name = '', ...options] = commaParts(keyword, value);
  const parts = readOptions(keyword, options);
  let multiplier = 1;
  let align = 0;
  for (const option of parts.rest) {
    const [word, argument] = option.split(/\s+/, 2);
    if (word === 'multiplier') multiplier = parseInteger(keyword, argument, 1, 65_535);
    else if (word === 'align') align = parseInteger(keyword, argument, 2, 4);
    else none(keyword, [option]);
  }
  const numbers = reading(draft, keyword, bytes, offset, parts);
  const slot = draft.newSlot(keyword, name);
  draft.add(draft.where(parts.relative), { kind: 'byte_extract', reading: numbers, multiplier, align, slot });
};

const MATH_OPERATORS: readonly string[] = ['+', '-', '*', '/', '<<', '>>'];

const byteMath: KeywordHandler = (draft, value, keyword) => {
  const named = new Map<string, string>();
  const flags: string[] = [];
  for (const part of commaParts(keyword, value)) {
    const [name = '', ...argument] = part.split(/\s+/);
    if (['bytes', 'offset', 'oper', 'rvalue', 'result', 'bitmask'].includes(name)) named.set(name, argument.join(' '));
    else if (name === 'endian' || name === 'string') flags.push(name === 'string' ? 'string' : '', ...argument);
    else flags.push(part);
  }
  const bitmask = named.get('bitmask');
  const parts = readOptions(keyword, bitmask === undefined ? flags : [...flags, `bitmask ${bitmask}`]);
  none(keyword, parts.rest);
  const operator = named.get('oper') ?? '';
  if (!MATH_OPERATORS.includes(operator)) refuse(keyword, `${operator.slice(0, 10) || 'nothing'} is no operation`);
  const numbers = reading(draft, keyword, named.get('bytes'), named.get('offset'), parts);
  const operand = parseOperand(draft, keyword, named.get('rvalue'), 0, 2 ** 32 - 1);
  const slot = draft.newSlot(keyword, named.get('result') ?? '');
  draft.add(draft.where(parts.relative), {
    kind: 'byte_math',
    reading: numbers,
    operator: operator as '+',
    value: operand,
    slot,
  });
};

const base64Decode: KeywordHandler = (draft, value, keyword) => {
  let bytes: number | undefined;
  let offset = 0;
  let relative = false;
  for (const part of value === undefined ? [] : commaParts(keyword, value)) {
    const [name, argument] = part.split(/\s+/, 2);
    if (name === 'bytes') bytes = parseInteger(keyword, argument, 1, 65_535);
    else if (name === 'offset') offset = parseInteger(keyword, argument, 0, 65_535);
    else if (name === 'relative') relative = true;
    else none(keyword, [part]);
  }
  draft.add(draft.where(relative), { kind: 'base64', bytes, offset, relative, inside: [] });
};

const base64Data: KeywordHandler = (draft, value, keyword) => {
  needNone(keyword, value);
  const node = draft.lastPlaced?.nodes.at(-1);
  if (node?.kind !== 'base64') return refuse(keyword, 'no base64_decode before it');
  draft.base64 = node.inside as MatchNode[];
  draft.lastContent = undefined;
};

/** Keywords that read numbers and lengths. */
export const BYTE_KEYWORDS: KeywordTable = {
  isdataat,
  byte_test: byteTest,
  byte_jump: byteJump,
  byte_extract: byteExtract,
  byte_math: byteMath,
  base64_decode: base64Decode,
  base64_data: base64Data,
};
