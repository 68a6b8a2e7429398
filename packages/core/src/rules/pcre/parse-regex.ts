import { ANY, NOT_NEWLINE, setOf } from './byte-set.ts';
import type { RegexNode, RepeatNode } from './nodes.ts';
import { parseClass } from './parse-class.ts';
import { byteOf, parseByteEscape, parseSpecialEscape } from './parse-escape.ts';
import { parseGroup } from './parse-group.ts';
import type { PatternReader } from './pattern-reader.ts';

/** Groups in groups: beyond it an expression is refused, so that neither parser nor matcher runs out of stack. */
export const MAX_GROUP_DEPTH = 50;

/** Alternatives up to the end of the expression or of the group it stands in. */
export function parseChoice(reader: PatternReader): RegexNode {
  const flags = reader.flags;
  const items = [parseSequence(reader)];
  while (reader.take('|')) items.push(parseSequence(reader));
  reader.flags = flags;
  return items.length === 1 ? items[0]! : { kind: 'choice', items };
}

function parseSequence(reader: PatternReader): RegexNode {
  const items: RegexNode[] = [];
  while (!reader.isAtEnd && reader.peek() !== '|' && reader.peek() !== ')') {
    if (reader.flags.extended && skipBlank(reader)) continue;
    if (reader.take('\\E')) continue;
    if (reader.take('\\Q')) {
      parseQuoted(reader, items);
      continue;
    }
    const item = parseItem(reader);
    reader.count();
    if (item !== undefined) items.push(parseQuantifiers(reader, item));
  }
  return { kind: 'sequence', items: joinBytes(items) };
}

/** With /x: white space and comments to the end of their line are nothing. */
function skipBlank(reader: PatternReader): boolean {
  return reader.match(/[ \t\n\v\f\r]+|#[^\n]*/y) !== undefined;
}

/** `\Q…\E`; a quantifier after it belongs to its last character. */
function parseQuoted(reader: PatternReader, items: RegexNode[]): void {
  while (!reader.isAtEnd && !reader.take('\\E')) {
    reader.count();
    items.push(literal(byteOf(reader.next(), reader), reader));
  }
  const last = items.pop();
  if (last !== undefined) items.push(parseQuantifiers(reader, last));
}

function parseItem(reader: PatternReader): RegexNode | undefined {
  const start = reader.at;
  const character = reader.next();
  switch (character) {
    case '(':
      return parseGroup(reader);
    case '[':
      return { kind: 'set', set: parseClass(reader) };
    case '.':
      return { kind: 'set', set: reader.flags.dotAll ? ANY : NOT_NEWLINE };
    case '^':
      return { kind: 'assert', what: reader.flags.multiLine ? 'line-start' : 'start' };
    case '$':
      return { kind: 'assert', what: dollar(reader) };
    case '\\':
      return parseEscape(reader);
    case '*':
    case '+':
    case '?':
      return reader.fail('a quantifier without what it repeats', start);
    default:
      return literal(byteOf(character, reader), reader);
  }
}

function dollar({ flags }: PatternReader): 'line-end' | 'very-end' | 'end' {
  if (flags.multiLine) return 'line-end';
  return flags.dollarEndOnly ? 'very-end' : 'end';
}

function parseEscape(reader: PatternReader): RegexNode {
  const value = parseByteEscape(reader, false);
  if (value === undefined) return parseSpecialEscape(reader);
  return typeof value === 'number' ? literal(value, reader) : { kind: 'set', set: value };
}

function literal(byte: number, { flags }: PatternReader): RegexNode {
  const other = byte >= 65 && byte <= 90 ? byte + 32 : byte >= 97 && byte <= 122 ? byte - 32 : byte;
  if (flags.noCase && other !== byte) return { kind: 'set', set: setOf(byte, byte, other, other) };
  return { kind: 'bytes', bytes: [byte] };
}

const QUANTIFIER = /\*|\+|\?|\{([0-9]{1,5})(?:(,)([0-9]{1,5})?)?\}/y;

function parseQuantifiers(reader: PatternReader, item: RegexNode): RegexNode {
  let result = item;
  for (;;) {
    if (reader.flags.extended && skipBlank(reader)) continue;
    const found = reader.match(QUANTIFIER);
    if (found === undefined) return result;
    reader.count();
    result = repeat(reader, result, found);
  }
}

function repeat(reader: PatternReader, item: RegexNode, found: RegExpExecArray): RepeatNode {
  const sign = found[0];
  const min = sign === '+' ? 1 : Number(found[1] ?? 0);
  const bound = found[2] === undefined ? min : Number(found[3] ?? Number.POSITIVE_INFINITY);
  const max = sign === '*' || sign === '+' ? Number.POSITIVE_INFINITY : sign === '?' ? 1 : bound;
  if (max < min) reader.fail('a quantifier whose bounds run backwards');
  if (item.kind === 'assert' || item.kind === 'look')
    return { kind: 'repeat', item, min, max: Math.min(max, Math.max(min, 1)), mode: 'greedy' };
  if (reader.take('+')) return { kind: 'repeat', item, min, max, mode: 'possessive' };
  const isLazy = reader.take('?') !== reader.flags.ungreedy;
  return { kind: 'repeat', item, min, max, mode: isLazy ? 'lazy' : 'greedy' };
}

/** Bytes that follow one another become one node. */
function joinBytes(items: readonly RegexNode[]): RegexNode[] {
  const joined: RegexNode[] = [];
  let run: number[] | undefined;
  for (const item of items) {
    if (item.kind !== 'bytes') {
      run = undefined;
      joined.push(item);
    } else if (run === undefined) {
      run = [...item.bytes];
      joined.push({ kind: 'bytes', bytes: run });
    } else {
      run.push(...item.bytes);
    }
  }
  return joined;
}
