import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrangerCache } from './stranger-cache.ts';

const describe = (ip: string) => Object.freeze({ ip, kind: 'world' as const });

test('one that comes again is the same object from the second time on', () => {
  const cache = new StrangerCache();
  const [first, second, third] = ['a', 'a', 'a'].map(() => cache.get('203.0.113.7', describe));
  assert.deepEqual(first, second);
  assert.equal(third, second);
  assert.equal(cache.size, 1);
});

test('a million that come once leave nothing, and those that come again keep their places', () => {
  const cache = new StrangerCache();
  const known = Array.from({ length: 100 }, (_, index) => `198.51.100.${index}`);
  const held = known.map((ip) => cache.get(ip, describe) && cache.get(ip, describe));
  const { size } = cache;
  for (let index = 0; index < 1_000_000; index++) {
    const ip = `${11 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.1`;
    assert.equal(cache.get(ip, describe).ip, ip);
  }
  assert.ok(cache.size - size < 100, `${cache.size}`);
  assert.ok(known.filter((ip, index) => cache.get(ip, describe) === held[index]).length > 95);
});

test('two that share a place are told apart', () => {
  const cache = new StrangerCache();
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 50_000; index++) {
      const ip = `10.${index >>> 8}.${index & 255}.9`;
      assert.equal(cache.get(ip, describe).ip, ip);
    }
  }
  assert.ok(cache.size <= cache.capacity);
});
