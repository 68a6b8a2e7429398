import { addAll, type ByteSet, emptySet, foldCase, invert, POSIX_CLASSES } from './byte-set.ts';
import { byteOf, parseByteEscape } from './parse-escape.ts';
import type { PatternReader } from './pattern-reader.ts';

/** A class, its `[` already read. */
export function parseClass(reader: PatternReader): ByteSet {
  const start = reader.at - 1;
  const negated = reader.take('^');
  const set = emptySet();
  for (let isFirst = true; ; isFirst = false) {
    if (reader.isAtEnd) reader.fail('a class without its end', start);
    if (!isFirst && reader.take(']')) break;
    parseItem(reader, set);
  }
  if (reader.flags.noCase) foldCase(set);
  return negated ? invert(set) : set;
}

function parseItem(reader: PatternReader, set: ByteSet): void {
  if (reader.take('\\E')) return;
  if (reader.take('\\Q')) {
    quoted(reader, set);
    return;
  }
  const first = parseMember(reader);
  if (typeof first !== 'number') {
    addAll(set, first);
    return;
  }
  const isRange = reader.peek() === '-' && reader.peek(1) !== ']' && reader.peek(1) !== '';
  if (!isRange) {
    set[first] = 1;
    return;
  }
  reader.at++;
  const last = parseMember(reader);
  if (typeof last !== 'number') {
    // PCRE: a hyphen before a class such as `\d` is itself.
    set[first] = 1;
    set[45] = 1;
    addAll(set, last);
    return;
  }
  if (last < first) reader.fail('a range that runs backwards');
  set.fill(1, first, last + 1);
}

function quoted(reader: PatternReader, set: ByteSet): void {
  while (!reader.isAtEnd && !reader.take('\\E')) set[byteOf(reader.next(), reader)] = 1;
}

function parseMember(reader: PatternReader): number | ByteSet {
  if (reader.peek() === '[') {
    const posix = reader.match(/\[:(\^?)([a-z]+):\]/y);
    if (posix !== undefined) return posixClass(reader, posix[2]!, posix[1] === '^');
  }
  const character = reader.next();
  if (character !== '\\') return byteOf(character, reader);
  const value = parseByteEscape(reader, true);
  return value ?? reader.fail(`the escape \\${reader.peek()} in a class`, reader.at - 1);
}

function posixClass(reader: PatternReader, name: string, negated: boolean): ByteSet {
  const set = Object.hasOwn(POSIX_CLASSES, name) ? POSIX_CLASSES[name] : undefined;
  if (set === undefined) return reader.fail(`the class [:${name}:]`);
  return negated ? invert(set) : set;
}
