import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineCutter } from './cut-lines.ts';

test('lines are the same, wherever the text is cut; the end of the last one is awaited', () => {
  const piece = fc.array(fc.constantFrom('a', 'bc', '\n', 'd'.repeat(6))).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const cutter = new LineCutter(5);
      const lines = pieces.flatMap((each) => [...cutter.take(each)]);
      const whole = pieces.join('').split('\n').slice(0, -1);
      assert.deepEqual(
        lines,
        whole.map((line) => (line.length > 5 ? undefined : line)),
      );
    }),
  );
});
