import { type ByteSet, DIGITS, HORIZONTAL, invert, NOT_NEWLINE, SPACE, setOf, VERTICAL, WORD } from './byte-set.ts';
import type { Assertion, RegexNode } from './nodes.ts';
import type { PatternReader } from './pattern-reader.ts';

const SETS: Readonly<Record<string, ByteSet>> = {
  d: DIGITS,
  D: invert(DIGITS),
  w: WORD,
  W: invert(WORD),
  s: SPACE,
  S: invert(SPACE),
  h: HORIZONTAL,
  H: invert(HORIZONTAL),
  v: VERTICAL,
  V: invert(VERTICAL),
};

const BYTES: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  b: 'word',
  B: 'not-word',
  A: 'start',
  Z: 'end',
  z: 'very-end',
  G: 'match-start',
};

/** An escape inside or outside a class, the backslash already read: one byte, a set, or undefined when it is neither. */
export function parseByteEscape(reader: PatternReader, inClass: boolean): number | ByteSet | undefined {
  const letter = reader.peek();
  const set = SETS[letter];
  if (set !== undefined) {
    reader.at++;
    return set;
  }
  const byte = letter === 'b' && inClass ? 8 : BYTES[letter];
  if (byte !== undefined) {
    reader.at++;
    return byte;
  }
  if (letter === 'x') return hexEscape(reader);
  if (letter === 'o' && reader.peek(1) === '{') return bracedOctal(reader);
  if (letter === 'c') {
    reader.at++;
    return reader.next().toUpperCase().charCodeAt(0) ^ 0x40;
  }
  if (letter === '0' || (inClass && letter >= '1' && letter <= '7')) return octalEscape(reader);
  if (/[A-Za-z1-9]/.test(letter) || letter === '') return undefined;
  reader.at++;
  return byteOf(letter, reader);
}

function hexEscape(reader: PatternReader): number {
  reader.at++;
  const braced = reader.match(/\{([0-9a-fA-F]{1,8})\}/y);
  if (braced !== undefined) {
    const value = Number.parseInt(braced[1]!, 16);
    return value > 255 ? reader.fail('a character beyond one byte') : value;
  }
  const digits = reader.match(/[0-9a-fA-F]{1,2}/y);
  return digits === undefined ? 0 : Number.parseInt(digits[0], 16);
}

function bracedOctal(reader: PatternReader): number {
  const digits = reader.match(/o\{([0-7]{1,8})\}/y);
  const value = digits === undefined ? 256 : Number.parseInt(digits[1]!, 8);
  return value > 255 ? reader.fail('an octal escape that is no byte') : value;
}

function octalEscape(reader: PatternReader): number {
  const digits = reader.match(/[0-7]{1,3}/y);
  return digits === undefined ? reader.fail('an octal escape without digits') : Number.parseInt(digits[0], 8) & 255;
}

/** The byte of a character of the expression. */
export function byteOf(character: string, reader: PatternReader): number {
  const code = character.charCodeAt(0);
  return code > 255 ? reader.fail('a character beyond one byte', reader.at - 1) : code;
}

/** An escape outside a class that stands for no byte and no set: assertions, references, `\R`, `\K`, `\N`, `\C`. */
export function parseSpecialEscape(reader: PatternReader): RegexNode {
  const letter = reader.next();
  const what = ASSERTIONS[letter];
  if (what !== undefined) return { kind: 'assert', what };
  if (letter === 'K') return { kind: 'keep' };
  if (letter === 'N') return { kind: 'set', set: NOT_NEWLINE };
  if (letter === 'C') return { kind: 'set', set: setOf(0, 255) };
  if (letter === 'R') return anyNewline();
  if (letter === 'k') return namedReference(reader, /(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'|\{([A-Za-z_]\w*)\})/y);
  if (letter === 'g') return relativeReference(reader);
  if (letter >= '1' && letter <= '9') return numberedReference(reader);
  return reader.fail(`the escape \\${letter}`, reader.at - 2);
}

/** `\R`: a line end of any kind; CRLF is not parted. */
function anyNewline(): RegexNode {
  const choice: RegexNode = {
    kind: 'choice',
    items: [
      { kind: 'bytes', bytes: [13, 10] },
      { kind: 'set', set: VERTICAL },
    ],
  };
  return { kind: 'atomic', item: choice };
}

function numberedReference(reader: PatternReader): RegexNode {
  reader.at--;
  const start = reader.at;
  const index = Number(reader.match(/[0-9]{1,3}/y)![0]);
  // PCRE: two digits or more that name no group so far are an octal escape.
  if (index > 9 && index > reader.groups) {
    reader.at = start;
    if (reader.peek() > '7') return reader.fail('a reference to a group that is not there');
    return { kind: 'bytes', bytes: [octalEscape(reader)] };
  }
  return { kind: 'reference', index, noCase: reader.flags.noCase };
}

function relativeReference(reader: PatternReader): RegexNode {
  const found = reader.match(/\{?(-?[0-9]{1,3})\}?/y);
  if (found === undefined) return namedReference(reader, /\{([A-Za-z_]\w*)\}/y);
  const number = Number(found[1]);
  const index = number < 0 ? reader.groups + 1 + number : number;
  if (index < 1) reader.fail('a reference to a group that is not there');
  return { kind: 'reference', index, noCase: reader.flags.noCase };
}

/** A reference by name, in the form that `expression` reads (its groups hold the name). */
export function namedReference(reader: PatternReader, expression: RegExp): RegexNode {
  const found = reader.match(expression);
  const name = found?.slice(1).find((part) => part !== undefined);
  const index = name === undefined ? undefined : reader.names.get(name);
  if (index === undefined) return reader.fail('a reference to a name that is not there');
  return { kind: 'reference', index, noCase: reader.flags.noCase };
}
