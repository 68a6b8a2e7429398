import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkline } from './sparkline.ts';

test('the largest value is full height, zero the lowest bar, and anything at all is above it', () => {
  assert.equal(sparkline([0, 1, 50, 100], 4), '▁▂▅█');
});

test('a quiet minute is blank', () => {
  assert.equal(sparkline([0, 0, 0], 3), '   ');
});

test('a short history stands on the right', () => {
  assert.equal(sparkline([5], 4), '   █');
});

test('a long history keeps its peaks in fewer columns', () => {
  const values = Array.from({ length: 60 }, (_, i) => (i === 31 ? 100 : 1));
  const line = sparkline(values, 12);
  assert.equal([...line].length, 12);
  assert.equal([...line].filter((bar) => bar === '█').length, 1);
});

test('no room is no line', () => {
  assert.equal(sparkline([1, 2], 0), '');
});
