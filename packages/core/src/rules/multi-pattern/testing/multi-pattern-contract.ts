import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { BytePattern, MakeMultiPattern } from '../../inspection.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const pattern = (text: string, noCase = false): BytePattern => ({ bytes: latin1(text), noCase });

/** What any MakeMultiPattern must do, whatever is behind it. */
export function multiPatternContract(name: string, make: MakeMultiPattern): void {
  describe(`${name}, as every multi-pattern search`, () => {
    it('finds what a naive search finds, in the same set used again and again', () => {
      fc.assert(
        fc.property(patternSets, fc.array(inputs, { maxLength: 6 }), (patterns, samples) => {
          const search = make(patterns);
          try {
            for (const sample of samples) assert.deepEqual(found(search, sample), naive(patterns, sample));
          } finally {
            search.close();
          }
        }),
        { numRuns: 300 },
      );
    });

    it('tells every one of patterns that are equal, parts of each other, or differ in case', () => {
      const patterns = ['abc', 'abc', 'bc', 'c', 'ABC'].map((text) => pattern(text)).concat(pattern('aBc', true));
      const search = make(patterns);
      assert.deepEqual(found(search, latin1('xabcx')), [0, 1, 2, 3, 5]);
      assert.deepEqual(found(search, latin1('xABCx')), [4, 5]);
      search.close();
    });

    it('folds the letters of ASCII and no other byte', () => {
      const search = make([pattern('\xe4[@', true), pattern('\xc4{`', true)]);
      assert.deepEqual(found(search, latin1('\xe4[@')), [0]);
      assert.deepEqual(found(search, latin1('\xc4{`')), [1]);
      search.close();
    });

    it('looks at the view it was given and not at the bytes around it', () => {
      const search = make([pattern('secret')]);
      const memory = latin1('secret sample secret');
      assert.deepEqual(found(search, memory.subarray(3, 17)), []);
      assert.deepEqual(found(search, memory.subarray(14)), [0]);
      assert.deepEqual(found(search, memory.subarray(0, 0)), []);
      search.close();
    });

    it('stays linear where every position ends hundreds of patterns', () => {
      const patterns = Array.from({ length: 256 }, (_, index) => pattern('a'.repeat(index + 1), index % 2 === 0));
      const search = make(patterns);
      let calls = 0;
      search.scan(new Uint8Array(200_000).fill(97), () => calls++);
      assert.ok(calls >= 256 && calls < 256 * 16, `${calls} calls`);
      search.close();
    });

    it('is closed twice without harm and finds nothing then; without patterns it never finds anything', () => {
      const search = make([pattern('a')]);
      search.close();
      search.close();
      assert.deepEqual(found(search, latin1('a')), []);
      const empty = make([]);
      assert.deepEqual(found(empty, latin1('a')), []);
      empty.close();
    });

    it('passes on what the callback throws and works on', () => {
      const search = make([pattern('a')]);
      const cause = new Error('callback');
      assert.throws(
        () =>
          search.scan(latin1('a'), () => {
            throw cause;
          }),
        cause,
      );
      assert.deepEqual(found(search, latin1('ba')), [0]);
      search.close();
    });
  });
}

/* Few different bytes, so that patterns overlap and occur. */
const fewBytes = fc.constantFrom(...latin1('aAbB\0\xe4\xc4'));
const inputs = fc.array(fewBytes, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));
const patternSets = fc.array(
  fc.record({
    bytes: fc.array(fewBytes, { minLength: 1, maxLength: 7 }).map((bytes) => Uint8Array.from(bytes)),
    noCase: fc.boolean(),
  }),
  { maxLength: 40 },
);

function found(search: ReturnType<MakeMultiPattern>, bytes: Uint8Array): number[] {
  const indices = new Set<number>();
  search.scan(bytes, (index) => indices.add(index));
  return [...indices].sort((a, b) => a - b);
}

function naive(patterns: readonly BytePattern[], bytes: Uint8Array): number[] {
  return patterns.flatMap((one, index) => (occurs(one, bytes) ? [index] : []));
}

function occurs({ bytes: wanted, noCase }: BytePattern, bytes: Uint8Array): boolean {
  const fold = (byte: number): number => (noCase && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  for (let from = 0; from + wanted.length <= bytes.length; from++) {
    if (wanted.every((byte, at) => fold(byte) === fold(bytes[from + at]!))) return true;
  }
  return false;
}
