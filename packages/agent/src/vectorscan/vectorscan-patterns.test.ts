import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { multiPatternContract } from '../../../core/src/rules/multi-pattern/testing/multi-pattern-contract.ts';
import { chooseMultiPattern } from './choose-multi-pattern.ts';
import { vectorscanLibrary } from './library.ts';
import { VectorscanPatterns } from './vectorscan-patterns.ts';

const library = vectorscanLibrary();
/* An optional package: where it is absent, chooseMultiPattern has something to say instead. */
if (library instanceof Error) {
  it('uses the built-in search and says why', () => {
    const { engine, note } = chooseMultiPattern();
    assert.deepEqual([engine, note], ['built-in', 'built-in search: libhs.so.5 is not installed']);
  });
} else {
  multiPatternContract('Vectorscan', (patterns) => new VectorscanPatterns(library, patterns));

  describe('Vectorscan', () => {
    it('is chosen where it is installed', () => {
      const { engine, note } = chooseMultiPattern();
      assert.deepEqual([engine, note], ['vectorscan', `Vectorscan ${library.version}`]);
    });

    it('leaves a set that it refuses to the built-in search, and says so', () => {
      const refused: unknown[] = [];
      const { make } = chooseMultiPattern((error) => refused.push(error));
      assert.throws(() => make([{ bytes: new Uint8Array(0), noCase: false }]), RangeError);
      assert.match(String(refused[0]), /compiling 1 patterns with Vectorscan: /);
    });

    it('needs nothing of the patterns once they are compiled, and gives its memory back', () => {
      let patterns = [Buffer.from('first'), Buffer.from('SECOND')].map((bytes) => ({ bytes, noCase: true }));
      const search = new VectorscanPatterns(library, patterns);
      for (const { bytes } of patterns) bytes.fill(0);
      patterns = [];
      const found: number[] = [];
      search.scan(Buffer.from('the second'), (index) => found.push(index));
      assert.deepEqual(found, [1]);
      assert.ok(search.memoryBytes > 0);
      search.close();
      assert.equal(search.memoryBytes, 0);
    });

    it('keeps two sets of one thread apart, also when one is scanned from within the callback of the other', () => {
      const outer = new VectorscanPatterns(library, [{ bytes: Buffer.from('a'), noCase: false }]);
      const inner = new VectorscanPatterns(library, [
        { bytes: Buffer.from('x'), noCase: false },
        { bytes: Buffer.from('a'), noCase: false },
      ]);
      const found: string[] = [];
      outer.scan(Buffer.from('a'), (index) => {
        found.push(`outer ${index}`);
        inner.scan(Buffer.from('a'), (other) => found.push(`inner ${other}`));
      });
      assert.deepEqual(found, ['outer 0', 'inner 1']);
      outer.close();
      inner.close();
    });
  });
}
