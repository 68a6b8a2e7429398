import type { RegexNode } from './nodes.ts';
import { namedReference } from './parse-escape.ts';
import { MAX_GROUP_DEPTH, parseChoice } from './parse-regex.ts';
import type { PatternReader, RegexFlags } from './pattern-reader.ts';

const LOOKS: Readonly<Record<string, { readonly behind: boolean; readonly negated: boolean }>> = {
  '?=': { behind: false, negated: false },
  '?!': { behind: false, negated: true },
  '?<=': { behind: true, negated: false },
  '?<!': { behind: true, negated: true },
};

/** What follows a `(`; undefined for what matches nothing (a comment, flags for the rest of the group). */
export function parseGroup(reader: PatternReader): RegexNode | undefined {
  if (++reader.depth > MAX_GROUP_DEPTH) reader.fail(`groups more than ${MAX_GROUP_DEPTH} deep`);
  const node = parseKind(reader);
  reader.depth--;
  return node;
}

function parseKind(reader: PatternReader): RegexNode | undefined {
  if (reader.peek() === '*') return reader.fail('a verb (*…)');
  if (reader.peek() !== '?') return capture(reader);
  if (reader.match(/\?#[^)]*\)/y)) return undefined;
  if (reader.take('?:')) return inside(reader);
  if (reader.take('?>')) return { kind: 'atomic', item: inside(reader) };
  for (const [sign, { behind, negated }] of Object.entries(LOOKS)) {
    if (reader.take(sign)) return { kind: 'look', behind, negated, item: inside(reader) };
  }
  if (reader.peek(1) === '(') return condition(reader);
  if (reader.take('?P=')) return closed(reader, namedReference(reader, /([A-Za-z_]\w*)/y));
  const name = reader.match(/\?P?<([A-Za-z_]\w{0,31})>|\?'([A-Za-z_]\w{0,31})'/y);
  if (name !== undefined) return capture(reader, name[1] ?? name[2]!);
  return flagsOf(reader);
}

function capture(reader: PatternReader, name?: string): RegexNode {
  const index = ++reader.groups;
  if (name !== undefined) {
    if (reader.names.has(name)) reader.fail(`the name ${name} a second time`);
    reader.names.set(name, index);
  }
  return { kind: 'group', index, item: inside(reader) };
}

function inside(reader: PatternReader): RegexNode {
  const item = parseChoice(reader);
  return closed(reader, item);
}

function closed(reader: PatternReader, node: RegexNode): RegexNode {
  return reader.take(')') ? node : reader.fail('a group without its end');
}

/** `(?(1)yes|no)` and `(?(<name>)yes|no)`: of groups only. */
function condition(reader: PatternReader): RegexNode {
  const found = reader.match(/\?\((?:([0-9]{1,3})|<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')\)/y);
  if (found === undefined) return reader.fail('a condition that is no group');
  const index = found[1] === undefined ? reader.names.get((found[2] ?? found[3])!) : Number(found[1]);
  if (index === undefined) return reader.fail('a condition on a name that is not there');
  const branches = parseChoice(reader);
  const items = branches.kind === 'choice' ? branches.items : [branches];
  if (items.length > 2) reader.fail('a condition with more than two branches');
  const nothing: RegexNode = { kind: 'sequence', items: [] };
  return closed(reader, { kind: 'condition', index, yes: items[0] ?? nothing, no: items[1] ?? nothing });
}

const FLAG_NAMES: Readonly<Record<string, keyof RegexFlags>> = {
  i: 'noCase',
  m: 'multiLine',
  s: 'dotAll',
  x: 'extended',
  U: 'ungreedy',
};

/** `(?i-s)` for the rest of the group, `(?i-s:…)` for its own inside. */
function flagsOf(reader: PatternReader): RegexNode | undefined {
  const start = reader.at - 1;
  const found = reader.match(/\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/y);
  if (found === undefined) return reader.fail('this kind of group', start);
  const before = reader.flags;
  reader.flags = { ...before, ...named(reader, found[1]!, true), ...named(reader, found[2] ?? '', false) };
  if (found[3] === ')') return undefined;
  const item = inside(reader);
  reader.flags = before;
  return item;
}

function named(reader: PatternReader, letters: string, value: boolean): Partial<RegexFlags> {
  const flags: Partial<Record<keyof RegexFlags, boolean>> = {};
  for (const letter of letters) {
    const name = FLAG_NAMES[letter];
    if (name === undefined) return reader.fail(`the flag ${letter} in a group`);
    flags[name] = value;
  }
  return flags;
}
