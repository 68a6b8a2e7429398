import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteCursor } from './byte-cursor.ts';

describe('a cursor over bytes', () => {
  it('reads numbers in both orders', () => {
    const cursor = new ByteCursor(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    assert.deepEqual([cursor.u8(), cursor.u16(), cursor.u24()], [1, 0x0203, 0x040506]);
    assert.deepEqual([cursor.u16le(), cursor.u32le()], [0x0807, 0x0c0b0a09]);
    assert.equal(cursor.isCut, false);
    assert.equal(cursor.left, 0);
  });

  it('reads numbers with the highest bit as positive', () => {
    assert.equal(new ByteCursor(Uint8Array.of(0xff, 0xff, 0xff, 0xff)).u32(), 0xffffffff);
    assert.equal(new ByteCursor(Uint8Array.of(0xff, 0xff, 0xff, 0xff)).u32le(), 0xffffffff);
  });

  it('gives what is left, and says that it is cut', () => {
    const cursor = new ByteCursor(Uint8Array.of(1, 2, 3));
    const part = cursor.part(9);
    assert.equal(part.isCut, true);
    assert.deepEqual([...part.take(9)], [1, 2, 3]);
    assert.equal(cursor.isCut, true);
    assert.equal(cursor.u32(), 0);
  });

  it('finds the end of a text within its bounds only', () => {
    const bytes = Buffer.from('ab\0cd\0');
    assert.deepEqual([...new ByteCursor(bytes).until(0, 2)!], [97, 98]);
    assert.equal(new ByteCursor(bytes).until(0, 1), undefined);
    assert.equal(new ByteCursor(bytes, 3, 5).until(0, 9), undefined);
  });

  it('never leaves its bounds, whatever is asked for', () => {
    const step = fc.tuple(fc.constantFrom('u8', 'u16', 'u24', 'u32', 'u16le', 'take', 'part', 'skip'), fc.nat(300));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(70),
        fc.array(step, { maxLength: 30 }),
        (bytes, end, steps) => {
          const cursor = new ByteCursor(bytes, 0, end);
          for (const [what, size] of steps) {
            if (what === 'take') assert.ok(cursor.take(size).length <= size);
            else if (what === 'part') assert.ok(cursor.part(size).left <= size);
            else if (what === 'skip') cursor.skip(size);
            else cursor[what as 'u8']();
            assert.ok(cursor.at <= cursor.end && cursor.left >= 0);
          }
        },
      ),
    );
  });
});
