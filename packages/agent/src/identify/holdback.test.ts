import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldBack } from './holdback.ts';

test('what gets its name in time goes on in the order it came, and is not counted', () => {
  const held = new HoldBack<string>(10, 5000);
  held.hold('a', 0);
  held.hold('b', 1);
  held.hold('c', 2);
  assert.deepEqual(
    held.release(100, (item) => item !== 'b'),
    ['a', 'c'],
  );
  assert.deepEqual(
    held.release(200, () => true),
    ['b'],
  );
  assert.deepEqual([held.state.entries, held.state.unresolved], [0, 0]);
});

test('what stays unnamed goes on after five seconds and is counted', () => {
  const held = new HoldBack<string>();
  held.hold('a', 1000);
  assert.deepEqual(
    held.release(5999, () => false),
    [],
  );
  assert.deepEqual(
    held.release(6000, () => false),
    ['a'],
  );
  assert.equal(held.state.unresolved, 1);
});

test('a full queue gives back its oldest instead of refusing or losing one', () => {
  const held = new HoldBack<number>(2, 5000);
  assert.equal(held.hold(1, 0), undefined);
  assert.equal(held.hold(2, 0), undefined);
  assert.equal(held.hold(3, 0), 1);
  assert.deepEqual(
    held.release(1, () => true),
    [2, 3],
  );
  assert.deepEqual([held.state.evicted, held.state.unresolved], [1, 1]);
});
