import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { matchesPayload } from '../testing/rule-case.ts';

/** Options, payload, whether it matches: one content after the other, as Suricata's documentation explains them. */
const CASES: readonly (readonly [options: string, payload: string, matches: boolean])[] = [
  ['content:"abc";', 'xxabcxx', true],
  ['content:"abc";', 'xxABCxx', false],
  ['content:"aBc"; nocase;', 'xxAbCxx', true],
  ['content:!"abc";', 'xxabdxx', true],
  ['content:!"abc";', 'xxabcxx', false],
  ['content:"|61 62|c|3b|";', 'abc;', true],
  ['content:"a\\;b\\"c\\\\d\\:";', 'a;b"c\\d:', true],
  ['content:"abc"; depth:3;', 'abcx', true],
  ['content:"abc"; depth:3;', 'xabc', false],
  ['content:"abc"; offset:1;', 'abcx', false],
  ['content:"abc"; offset:1; depth:4;', 'xxabc', true],
  ['content:"abc"; offset:1; depth:4;', 'xxxabc', false],
  ['content:"abc"; startswith;', 'abcabc', true],
  ['content:"abc"; startswith;', 'xabc', false],
  ['content:"abc"; endswith;', 'abcabc', true],
  ['content:"abc"; endswith;', 'abcx', false],
  ['content:!"abc"; endswith;', 'abcx', true],
  ['content:!"abc"; startswith;', 'xabc', true],
  ['content:"ab"; content:"cd"; distance:0;', 'xxabyycd', true],
  ['content:"ab"; content:"cd"; distance:0;', 'cdab', false],
  ['content:"ab"; content:"cd"; distance:1; within:2;', 'ab.cd', true],
  ['content:"ab"; content:"cd"; distance:1; within:2;', 'ab..cd', false],
  ['content:"ab"; content:"cd"; within:3;', 'ab.cd', true],
  ['content:"ab"; content:"cd"; within:3;', 'ab..cd', false],
  ['content:"ab"; content:"ab"; distance:-1;', 'abab', true],
  ['content:"ab"; content:"cd"; distance:0; within:2;', 'ab ab abcd', true],
  ['content:"ab"; content:!"cd"; within:2;', 'abcd abxx', true],
  ['content:"ab"; content:!"cd"; within:2;', 'abcd', false],
  ['content:"a"; content:"b"; distance:0; content:"c"; within:1;', 'a b a b bc', true],
  ['content:"abcd"; content:"b"; distance:-9; within:1;', 'abcd', true],
  ['content:"ab"; isdataat:2,relative;', 'xxabcd', true],
  ['content:"ab"; isdataat:2,relative;', 'xxabc', false],
  ['content:"ab"; isdataat:!1,relative;', 'abxxab', true],
  ['content:"ab"; isdataat:!1,relative;', 'abx', false],
  ['content:"a"; content:!"b"; isdataat:!1,relative;', 'ac', true],
  ['content:"a"; content:!"b"; isdataat:!1,relative;', 'acb', false],
  ['isdataat:4;', '12345', true],
  ['isdataat:4;', '1234', false],
  ['isdataat:!4;', '1234', true],
  ['content:"ab"; pcre:"/^\\d+/R";', 'ab12', true],
  ['content:"ab"; pcre:"/^\\d+/R";', 'ab 12 ab34', true],
  ['content:"ab"; pcre:"/^\\d+/R";', 'ab 12', false],
  ['pcre:"/a(?=b)/"; content:"b"; within:1;', 'ac ab', true],
  ['pcre:!"/a\\d/";', 'ab', true],
  ['pcre:!"/a\\d/";', 'a1', false],
  ['pcre:"/x\\d/i"; content:"y"; distance:0; within:1;', 'X1 x2y', true],
  ['content:"len="; byte_test:3,>,99,0,relative,string,dec;', 'len=100', true],
  ['content:"len="; byte_test:3,>,99,0,relative,string,dec;', 'len=042', false],
  ['byte_test:2,=,258,0;', '\x01\x02', true],
  ['byte_test:2,=,513,0,little;', '\x01\x02', true],
  ['byte_test:1,&,0x80,0;', '\x81', true],
  ['byte_test:1,!&,0x80,0;', '\x81', false],
  ['byte_test:1,!=,1,0;', '\x02', true],
  ['byte_test:4,>=,10,0;', 'abc', false],
  ['byte_test:2,=,5,0,bitmask 0x0ff0;', '\x00\x50', true],
  ['byte_test:0,>,99,0,string,dec;', '1234', true],
  ['content:"L"; byte_jump:1,0,relative; content:"end"; within:3;', 'L\x02..end', true],
  ['content:"L"; byte_jump:1,0,relative; content:"end"; within:3;', 'L\x03..end', false],
  ['byte_jump:1,0,from_beginning,post_offset -1; content:"x"; distance:0; within:1;', '\x03.x', true],
  ['byte_jump:1,0,multiplier 2,align; content:"x"; within:1;', '\x01....x', true],
  ['byte_extract:1,0,len; content:"abc"; distance:len; within:3;', '\x02..abc', true],
  ['byte_extract:1,0,len; content:"abc"; offset:len; depth:3;', '\x03..abc', true],
  ['byte_extract:1,0,a; byte_test:1,=,a,1;', '\x07\x07', true],
  ['byte_extract:1,0,a; byte_test:1,=,a,1;', '\x07\x08', false],
  ['byte_extract:1,0,a; isdataat:a;', '\x02..', true],
  ['byte_extract:1,0,a; isdataat:a;', '\x03..', false],
  ['byte_math:bytes 1, offset 0, oper +, rvalue 2, result n; byte_test:1,=,n,1;', '\x05\x07', true],
  ['byte_math:bytes 1,offset 0,oper <<,rvalue 1,result n; byte_test:1,=,n,1;', '\x05\x0a', true],
  ['content:"k="; base64_decode:bytes 8,relative; base64_data; content:"evil";', 'k=ZXZpbA==', true],
  ['content:"k="; base64_decode:relative; base64_data; content:"good";', 'k=ZXZpbA==', false],
  ['content:"k="; base64_decode:relative; base64_data; content:"il"; endswith; bsize:4;', 'k=ZXZpbA==', true],
  ['dsize:4;', 'abcd', true],
  ['dsize:2<>4;', 'abcd', false],
  ['dsize:>3; content:"a";', 'abcd', true],
];

describe('keywords that look at bytes', () => {
  for (const [options, payload, matches] of CASES) {
    it(`${options} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(payload)}`, () => {
      assert.equal(matchesPayload(options, payload), matches);
    });
  }
});

interface Piece {
  readonly text: string;
  readonly noCase: boolean;
  readonly negated: boolean;
  readonly offset: number | undefined;
  readonly depth: number | undefined;
  readonly distance: number | undefined;
  readonly within: number | undefined;
}

const maybe = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined, freq: 2 });

const piece = fc
  .record({
    text: fc.stringMatching(/^[abAB]{1,3}$/),
    noCase: fc.boolean(),
    negated: fc.boolean(),
    offset: maybe(0, 4),
    depth: maybe(0, 6),
    distance: maybe(-3, 3),
    within: maybe(0, 4),
  })
  .map((made): Piece => {
    const { text, depth, within } = made;
    return {
      ...made,
      depth: depth === undefined ? undefined : depth + text.length,
      within: within === undefined ? undefined : within + text.length,
    };
  });

function optionsOf(pieces: readonly Piece[]): string {
  return pieces
    .map(({ text, noCase, negated, ...places }) => {
      const words = Object.entries(places).filter(([, value]) => value !== undefined);
      return `content:${negated ? '!' : ''}"${text}";${noCase ? ' nocase;' : ''}${words.map(([name, value]) => ` ${name}:${value};`).join('')}`;
    })
    .join(' ');
}

const isRelative = ({ distance, within }: Piece): boolean => distance !== undefined || within !== undefined;

/** Whether there are places for all pieces from `index` on, the one before having ended at `position`: by trying all. */
function existsFrom(pieces: readonly Piece[], index: number, position: number, payload: string): boolean {
  const wanted = pieces[index];
  if (wanted === undefined) return true;
  const base = isRelative(wanted) ? position : 0;
  const places = Array.from({ length: payload.length + 1 }, (_, at) => at).filter((at) => {
    const end = at + wanted.text.length;
    const found = payload.slice(at, end);
    if (wanted.noCase ? found.toLowerCase() !== wanted.text.toLowerCase() : found !== wanted.text) return false;
    if (isRelative(wanted) && at < base + (wanted.distance ?? 0)) return false;
    const bound = wanted.within === undefined ? -1 : base + (wanted.distance ?? 0) + wanted.within;
    if (bound >= 0 && end > bound) return false;
    if (at < (wanted.offset ?? 0)) return false;
    return wanted.depth === undefined || end <= base + (wanted.offset ?? 0) + wanted.depth;
  });
  if (wanted.negated) return places.length === 0 && existsFrom(pieces, index + 1, position, payload);
  return places.some((at) => existsFrom(pieces, index + 1, at + wanted.text.length, payload));
}

describe('contents beside a search that tries every place', () => {
  it('matches when there is a place for all', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.stringMatching(/^[abAB]{0,14}$/),
        (pieces, payload) => {
          // A negated piece that is not relative parts what follows from what is before it: as in Suricata nothing before it is tried anew.
          if (
            pieces.some(
              (one, index) => one.negated && !isRelative(one) && pieces[index + 1] && isRelative(pieces[index + 1]!),
            )
          )
            return;
          assert.equal(
            matchesPayload(optionsOf(pieces), payload),
            existsFrom(pieces, 0, 0, payload),
            optionsOf(pieces),
          );
        },
      ),
      { numRuns: 4000 },
    );
  });
});
