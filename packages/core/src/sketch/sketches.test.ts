import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lru } from './lru.ts';
import { PairLru } from './pair-lru.ts';
import { RecentKeys } from './recent-keys.ts';
import { RecentPairs } from './recent-pairs.ts';
import { SpaceSaving } from './space-saving.ts';

describe('space saving', () => {
  it('finds the heavy keys among a hundred thousand light ones, and bounds its error', () => {
    const sketch = new SpaceSaving(64);
    for (let index = 0; index < 100_000; index++) {
      sketch.add(`noise-${index}`);
      if (index % 10 === 0) sketch.add('first');
      if (index % 20 === 0) sketch.add('second');
    }
    assert.equal(sketch.size, 64);
    const [first, second] = sketch.top(2);
    assert.deepEqual([first?.key, second?.key], ['first', 'second']);
    assert.ok(first && first.count >= 10_000 && first.count - first.error <= 10_000);
  });

  it('is exact while there is room', () => {
    const sketch = new SpaceSaving(4);
    sketch.add('b', 2);
    sketch.add('a', 2);
    sketch.add('c', 5);
    assert.deepEqual(sketch.top(9), [
      { key: 'c', count: 5, error: 0 },
      { key: 'a', count: 2, error: 0 },
      { key: 'b', count: 2, error: 0 },
    ]);
    sketch.clear();
    assert.equal(sketch.size, 0);
  });
});

describe('recent keys', () => {
  it('remembers for its time and not longer', () => {
    const keys = new RecentKeys(100, 1000);
    keys.add('a', 5000);
    assert.ok(keys.has('a', 6000));
    assert.ok(!keys.has('a', 6001));
    keys.add('b', 6500);
    keys.add('a', 6600);
    assert.ok(keys.has('a', 7000));
  });

  it('stays in its capacity under a flood and counts what it forgot', () => {
    const keys = new RecentKeys(1000, 60_000);
    for (let index = 0; index < 100_000; index++) keys.add(`k${index}`, index / 1000);
    assert.ok(keys.size <= 1000);
    assert.ok(keys.evicted >= 99_000);
    assert.ok(keys.has('k99999', 100));
    assert.ok(!keys.has('k0', 100));
  });
});

describe('the LRU', () => {
  it('forgets the one touched longest ago, but not what is kept', () => {
    const lru = new Lru<string, { kept: boolean }>(3, ({ kept }) => kept);
    lru.set('kept', { kept: true });
    lru.set('a', { kept: false });
    lru.set('b', { kept: false });
    lru.get('a');
    const evicted = lru.set('c', { kept: false });
    assert.deepEqual(evicted, { kept: false });
    assert.equal(lru.get('b'), undefined);
    assert.ok(lru.get('kept') && lru.get('a') && lru.get('c'));
    assert.deepEqual([lru.size, lru.evicted], [3, 1]);
  });

  it('stays bounded when everything is kept', () => {
    const lru = new Lru<number, number>(10, () => true);
    for (let index = 0; index < 1000; index++) lru.set(index, index + 1);
    assert.equal(lru.size, 10);
    assert.ok(lru.delete(999));
    assert.equal(lru.size, 9);
  });
});

describe('the LRU of pairs', () => {
  it('tells pairs apart and forgets one that was not touched', () => {
    const lru = new PairLru<number>(2);
    lru.add('a', 'x', 1);
    lru.add('a', 'y', 2);
    assert.equal(lru.get('a', 'x'), 1);
    assert.equal(lru.add('b', 'x', 3), 2);
    assert.deepEqual([lru.peek('a', 'x'), lru.peek('a', 'y'), lru.peek('b', 'x')], [1, undefined, 3]);
    assert.deepEqual([...lru.values()].sort(), [1, 3]);
    lru.delete('a', 'x');
    lru.delete('a', 'x');
    assert.deepEqual([lru.size, lru.evicted], [1, 1]);
  });
});

describe('recent pairs', () => {
  it('remembers for its time, in its capacity', () => {
    const pairs = new RecentPairs(1000, 1000);
    pairs.add('a', 'b', 5000);
    assert.ok(pairs.has('a', 'b', 6000));
    assert.ok(!pairs.has('a', 'b', 6001) && !pairs.has('b', 'a', 5000));
    for (let index = 0; index < 10_000; index++) pairs.add('a', `k${index}`, 6500);
    assert.ok(pairs.size <= 1000 && pairs.evicted >= 9000);
    assert.ok(pairs.has('a', 'k9999', 6500) && !pairs.has('a', 'k0', 6500));
  });
});
