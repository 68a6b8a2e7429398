import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, parseRetryAfter } from './backoff.ts';

test('pauses double up to a minute, and are shortened by chance by a half at most', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) => backoffMs(failures, 0, undefined, 0));
  assert.deepEqual(longest, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(backoffMs(3, 0, undefined, 1), 2000);
});

test('a receiver that asks for more time gets it, an hour at most', () => {
  const nowMs = Date.parse('2026-01-31T12:00:00Z');
  assert.equal(backoffMs(1, 30_000, undefined, 0.5), 30_000);
  assert.equal(parseRetryAfter('120', nowMs), 120_000);
  assert.equal(parseRetryAfter('Sat, 31 Jan 2026 12:00:30 GMT', nowMs), 30_000);
  assert.equal(parseRetryAfter('Sat, 31 Jan 2026 11:00:30 GMT', nowMs), 0);
  assert.equal(parseRetryAfter('999999999', nowMs), 3_600_000);
  for (const nothing of [undefined, '', 'soon', '-1x']) assert.equal(parseRetryAfter(nothing, nowMs), undefined);
});
