import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatCount, formatCountRate, formatExact, formatRate } from './quantity.ts';

test('bytes are written with three digits and an SI prefix', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(999), '999 B');
  assert.equal(formatBytes(1000), '1.00 kB');
  assert.equal(formatBytes(1450), '1.45 kB');
  assert.equal(formatBytes(12_300_000), '12.3 MB');
  assert.equal(formatBytes(123_456_789_000), '123 GB');
});

test('rounding never shows four digits before the prefix', () => {
  assert.equal(formatBytes(999.6), '1.00 kB');
  assert.equal(formatBytes(999_600), '1.00 MB');
  assert.equal(formatBytes(99_960), '100 kB');
  assert.equal(formatBytes(9_996), '10.0 kB');
});

test('a rate of nothing is a dash', () => {
  assert.equal(formatRate(0), '–');
  assert.equal(formatRate(2500), '2.50 kB/s');
  assert.equal(formatCountRate(0), '–');
});

test('counts keep one digit below ten when they are fractions', () => {
  assert.equal(formatCount(7), '7');
  assert.equal(formatCount(2.34), '2.3');
  assert.equal(formatCount(24_000), '24.0k');
  assert.equal(formatCount(Number.NaN), '–');
});

test('exact numbers keep every digit, in groups', () => {
  assert.equal(formatExact(1234567), '1,234,567');
  assert.equal(formatExact(999), '999');
  assert.equal(formatExact(1234.5678), '1,234.568');
});
