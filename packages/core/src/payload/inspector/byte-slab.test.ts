import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteSlab, type Kept } from './byte-slab.ts';

test('what is got is what was put, or nothing once it may have been overwritten', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 60 }), (pieces) => {
      const slab = new ByteSlab(100);
      const kept: { readonly kept: Kept; readonly bytes: Uint8Array }[] = [];
      for (const bytes of pieces) {
        const lost = kept.map((each) => slab.overwrites(each.kept, bytes.length));
        kept.push({ bytes, kept: slab.put(bytes) });
        for (const [index, isLost] of lost.entries()) {
          if (!isLost) assert.deepEqual(slab.get(kept[index]!.kept), kept[index]!.bytes);
        }
        for (const each of kept) {
          const got = slab.get(each.kept);
          if (got !== undefined) assert.deepEqual(got, each.bytes);
        }
        assert.deepEqual(slab.get(kept.at(-1)!.kept), bytes);
      }
    }),
  );
});

test('as much is kept as there is room for', () => {
  const slab = new ByteSlab(100);
  const first = slab.put(new Uint8Array(40));
  const second = slab.put(new Uint8Array(60).fill(1));
  assert.ok(slab.get(first) && slab.get(second));
  slab.put(new Uint8Array(1));
  assert.equal(slab.get(first), undefined);
  assert.deepEqual(slab.get(second), new Uint8Array(60).fill(1));
});
