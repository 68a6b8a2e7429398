import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ring } from './ring.ts';

test('a full ring gives back its oldest item for each new one', () => {
  const ring = new Ring<number>(3);
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((item) => ring.push(item)),
    [undefined, undefined, undefined, 1, 2],
  );
  assert.deepEqual([...ring], [3, 4, 5]);
  assert.equal(ring.at(0), 3);
  assert.equal(ring.at(3), undefined);
});

test('items leave a ring in the order they came', () => {
  const ring = new Ring<number>(2);
  ring.push(1);
  ring.push(2);
  assert.equal(ring.shift(), 1);
  ring.push(3);
  assert.deepEqual([ring.shift(), ring.shift(), ring.shift()], [2, 3, undefined]);
});

test('a ring made smaller keeps the newest items and says how many went', () => {
  const ring = new Ring<number>(5);
  for (const item of [1, 2, 3, 4, 5, 6]) ring.push(item);
  assert.equal(ring.resize(2), 3);
  assert.deepEqual([...ring], [5, 6]);
  assert.equal(ring.resize(3), 0);
  ring.push(7);
  assert.deepEqual([...ring], [5, 6, 7]);
});
