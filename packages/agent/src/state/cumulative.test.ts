import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cumulative } from './cumulative.ts';

test('a counter adds what it grew by, and nothing when it fell', () => {
  const counters = new Cumulative();
  assert.deepEqual(
    [10, 25, 25, 4, 6].map((value, tick) => counters.advance('a', value, tick)),
    [10, 15, 0, 0, 2],
  );
});

test('values that are no counts add nothing', () => {
  const counters = new Cumulative();
  counters.advance('a', 5, 0);
  assert.equal(counters.advance('a', Number.NaN, 1), 0);
  assert.equal(counters.advance('b', -3, 1), 0);
});

test('counters not seen for a while are forgotten', () => {
  const counters = new Cumulative();
  counters.advance('old', 5, 0);
  counters.advance('new', 5, 100);
  counters.forget(50);
  assert.equal(counters.size, 1);
  assert.equal(counters.advance('new', 6, 101), 1);
});
