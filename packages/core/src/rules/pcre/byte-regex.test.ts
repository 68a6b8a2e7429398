import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteRegex, type RegexOptions } from './byte-regex.ts';
import { REGEX_LIMITS } from './regex-limits.ts';
import { RegexSyntaxError } from './syntax-error.ts';

/** What an expression finds in text, undefined when nothing. */
function find(source: string, text: string, options: RegexOptions = {}): string | undefined {
  const regex = ByteRegex.compile(source, options);
  const end = regex.search(Buffer.from(text, 'latin1'));
  return end < 0 ? undefined : text.slice(regex.start, end);
}

/** Expression, text, what it finds. */
const CASES: readonly (readonly [source: string, text: string, found: string | undefined, options?: RegexOptions])[] = [
  ['(a|ab)(c|bcd)(d*)', 'abcd', 'abcd'],
  ['a.*?b', 'xxaccbcb', 'accb'],
  ['a.*b', 'xxaccbcb', 'accbcb'],
  ['a.*b', 'a\nb', undefined],
  ['a.*b', 'a\nb', 'a\nb', { dotAll: true }],
  ['^b', 'a\nb', undefined],
  ['^b', 'a\nb', 'b', { multiLine: true }],
  ['a$', 'a\n', 'a'],
  ['a$', 'a\n', undefined, { dollarEndOnly: true }],
  ['a\\z', 'a\n', undefined],
  ['A[B-D]+', 'xabcdx', 'abcd', { noCase: true }],
  ['b', 'ab', undefined, { anchored: true }],
  ['a+', 'aaa', 'a', { ungreedy: true }],
  ['a b # c', 'ab', 'ab', { extended: true }],
  ['(?P<q>[\'"])x(?P=q)', '\'x""x"', '"x"'],
  ['(\\w)\\1', 'abccd', 'cc'],
  ['(?i)(\\w)\\1', 'abcCd', 'cC'],
  ['(?<!f)oo', 'foo boo', 'oo'],
  ['(?<=foo|ba)r', 'bar', 'r'],
  ['(?=ab)\\w{3}', 'aacabc', 'abc'],
  ['(?!ab)\\w{3}', 'abcd', 'bcd'],
  ['(?>a+)ab', 'aaab', undefined],
  ['a++b', 'aaab', 'aaab'],
  ['a++ab', 'aaab', undefined],
  ['(?:a|b)*+b', 'abab', undefined],
  ['(a)?(?(1)b|c)', 'xc', 'c'],
  ['(a)?(?(1)b|c)', 'ab', 'ab'],
  ['\\Qa.b\\E+', 'axb a.bb', 'a.bb'],
  ['[[:alpha:]]+[^[:alpha:]]', '1ab2', 'ab2'],
  ['[]a]+', 'x]a', ']a'],
  ['[a\\-z]+', 'b-', '-'],
  ['[\\d-x]+', 'a-1x', '-1x'],
  ['\\x41\\x{42}\\103', 'ABC', 'ABC'],
  ['\\Bb', 'b ab', 'b'],
  ['\\bb\\b', 'ab b', 'b'],
  ['a{2,3}', 'aaaa', 'aaa'],
  ['a{2,3}?', 'aaaa', 'aa'],
  ['a{,3}', 'a{,3}', 'a{,3}'],
  ['x(?#comment)y', 'xy', 'xy'],
  ['a(?i)b', 'aB', 'aB'],
  ['(?:a(?i)b)c', 'aBC', undefined],
  ['\\R', 'a\r\nb', '\r\n'],
  ['(?:a?)*b', 'aab', 'aab'],
  ['(?:a?){3}b', 'ab', 'ab'],
  ['(?:)*x', 'x', 'x'],
  ['[\\x80-\\xff]{2}', 'a\xe4\xf6', '\xe4\xf6'],
];

describe('expressions of pcre over bytes', () => {
  for (const [source, text, found, options] of CASES) {
    it(`/${source}/ ${found === undefined ? 'finds nothing' : `finds ${JSON.stringify(found)}`} in ${JSON.stringify(text)}`, () => {
      assert.equal(find(source, text, options), found);
    });
  }

  for (const source of [
    'a)',
    '(a',
    '[a',
    '*a',
    'a{3,2}',
    '(?R)',
    '(*FAIL)',
    '\\p{L}',
    '(?<=a+)b',
    '[z-a]',
    '\\x{100}',
    '(?P=n)',
    '(?1)',
  ]) {
    it(`refuses /${source}/`, () => {
      assert.throws(() => ByteRegex.compile(source), RegexSyntaxError);
    });
  }

  it('looks at the subject only, wherever it is among the bytes', () => {
    const regex = ByteRegex.compile('(?<!a)b$');
    assert.equal(regex.search(Buffer.from('abc'), 1, 2), 2);
    assert.equal(regex.search(Buffer.from('abc'), 0, 2), -1);
  });

  it('gives up after its steps, and counts it', () => {
    const regex = ByteRegex.compile('^(?:(?:a|aa)+,?)+$');
    assert.equal(regex.search(Buffer.from(`${'a'.repeat(60)}!`)), -1);
    assert.equal(regex.overruns, 1);
    assert.equal(regex.search(Buffer.from('aaa,aa')), 6);
    assert.equal(regex.overruns, 1);
  });

  it('does not give up where nothing is hard', () => {
    const regex = ByteRegex.compile('[a-z]*x{3}');
    assert.equal(regex.search(Buffer.from('uuid xx '.repeat(20))), -1);
    assert.equal(regex.overruns, 0);
  });

  it('does not run out of stack, however long the repetition', () => {
    const bytes = Buffer.from(`${'ab'.repeat(50_000)}c`);
    for (const source of ['(?:a|b)*c', '(?:ab)+?c', '((a)(b))*c', `${'(?:'.repeat(40)}a|b${')*'.repeat(40)}c`]) {
      const regex = ByteRegex.compile(source);
      regex.search(bytes, 0, bytes.length, 0, 10_000_000);
    }
  });

  it('bounds what is compiled', () => {
    assert.throws(() => ByteRegex.compile('a'.repeat(REGEX_LIMITS.sourceBytes + 1)), RegexSyntaxError);
    assert.throws(() => ByteRegex.compile('(a)'.repeat(REGEX_LIMITS.path)), RegexSyntaxError);
    assert.throws(() => ByteRegex.compile('('.repeat(100) + ')'.repeat(100)), RegexSyntaxError);
  });
});

/**
 * Expressions that mean the same to PCRE and to JavaScript: turns of repeated groups take at least a byte, because JavaScript
 * alone refuses empty ones.
 */
const atom = fc.constantFrom(...'a b c . \\d \\w \\s [ab] [^a] [b-d1] 1 \\x61'.split(' '));
const place = fc.constantFrom('\\b', '^', '$', '\\B');
const quantifier = fc.constantFrom(...',*,+,?,*?,+?,??,{2},{1,2},{0,2}?'.split(/,(?!\d)/));
const { regex } = fc.letrec<{ regex: string; part: string }>((tie) => ({
  regex: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, quantifier).map(([one, times]) => one + times),
    place,
    fc.tuple(tie('regex'), tie('regex')).map(([one, other]) => `(?:${one}|${other})`),
    fc.tuple(fc.constantFrom('(?=', '(?!'), tie('regex')).map(([open, inside]) => `${open}${inside})`),
    fc
      .tuple(atom, tie('regex'), atom, tie('regex'), quantifier)
      .map(([first, one, second, other, times]) => `(${first}${one}|${second}${other})${times}`),
  ),
}));

describe('expressions of pcre beside JavaScript', () => {
  it('finds the same where both mean the same', () => {
    fc.assert(
      fc.property(
        regex,
        fc.stringMatching(/^[abc1 \n]{0,12}$/),
        fc.boolean(),
        fc.boolean(),
        (source, text, noCase, multiLine) => {
          if (source.length > 300) return;
          const expected = new RegExp(source, `${noCase ? 'i' : ''}${multiLine ? 'm' : ''}`).exec(text);
          const own = ByteRegex.compile(source, { noCase, multiLine, dollarEndOnly: true });
          const end = own.search(Buffer.from(text, 'latin1'));
          if (own.overruns > 0) return;
          // JavaScript's multi-line `^` holds after a newline that is the last byte; PCRE's does not.
          if (multiLine && text.endsWith('\n')) return;
          assert.equal(
            end < 0 ? undefined : text.slice(own.start, end),
            expected?.[0],
            `/${source}/ in ${JSON.stringify(text)}`,
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('never throws another error than its own, and always ends', () => {
    const pieces = fc.array(fc.constantFrom(...'()[]{}|*+?.^$\\abx09-,:<>=!PQE#i&'), { maxLength: 24 });
    fc.assert(
      fc.property(pieces, fc.string({ maxLength: 30 }), (parts, text) => {
        try {
          ByteRegex.compile(parts.join('')).search(Buffer.from(text, 'latin1'));
        } catch (error) {
          assert.ok(error instanceof RegexSyntaxError, String(error));
        }
      }),
      { numRuns: 5000 },
    );
  });
});
