import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SlotTable } from './slot-table.ts';

type Step = { readonly key: number; readonly what: 'add' | 'remove' | 'touch'; readonly list: number };

const step: fc.Arbitrary<Step> = fc.record({
  key: fc.integer({ min: 0, max: 60 }),
  what: fc.constantFrom('add', 'remove', 'touch'),
  list: fc.integer({ min: 0, max: 2 }),
});

describe('the slot table', () => {
  it('does what a map and three ordered lists do', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = new SlotTable(3, 3);
        const model = new Map<number, { slot: number; list: number }>();
        const order: number[][] = [[], [], []];
        const forget = (key: number): void => {
          const { list } = model.get(key)!;
          order[list] = order[list]!.filter((other) => other !== key);
        };
        for (const { key, what, list } of steps) {
          const words = Int32Array.of(key, key * 7, -key);
          const known = model.get(key);
          assert.equal(table.find(words), known?.slot ?? -1);
          if (what === 'add' && known === undefined) {
            model.set(key, { slot: table.add(words, list), list });
            order[list]!.push(key);
          } else if (what === 'remove' && known !== undefined) {
            table.remove(known.slot);
            forget(key);
            model.delete(key);
          } else if (what === 'touch' && known !== undefined) {
            table.touch(known.slot, list);
            forget(key);
            known.list = list;
            order[list]!.push(key);
          }
          for (const [index, keys] of order.entries()) {
            assert.equal(table.size(index), keys.length);
            assert.equal(table.oldest(index), keys.length > 0 ? model.get(keys[0]!)!.slot : -1);
          }
          assert.equal(table.total, model.size);
        }
      }),
    );
  });

  it('grows, and finds all it holds', () => {
    const table = new SlotTable(1);
    const slots = Array.from({ length: 10_000 }, (_, index) => table.add(Int32Array.of(index * 65_536)));
    assert.equal(new Set(slots).size, 10_000);
    for (let index = 0; index < 10_000; index += 2) table.remove(slots[index]!);
    for (let index = 0; index < 10_000; index++) {
      assert.equal(table.find(Int32Array.of(index * 65_536)), index % 2 === 0 ? -1 : slots[index]);
    }
    assert.equal(table.oldest(), slots[1]);
  });
});
