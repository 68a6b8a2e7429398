import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatTime, parseTime } from './rfc3339.ts';

it('prints every millisecond as Date does, across seconds, midnights and the epoch', () => {
  for (const base of [0, 999, 1_700_000_000_000, 1_735_689_599_998, -1, -86_400_001]) {
    for (let ms = base; ms < base + 5; ms++) assert.equal(formatTime(ms), new Date(ms).toISOString());
  }
  assert.equal(formatTime(1_700_000_000_123.9), '2023-11-14T22:13:20.123Z');
});

it('gives the epoch for a time that no date can have', () => {
  assert.equal(formatTime(Number.NaN), '1970-01-01T00:00:00.000Z');
  assert.equal(formatTime(Number.POSITIVE_INFINITY), '1970-01-01T00:00:00.000Z');
});

it('reads its own output, and says what to take for anything else', () => {
  assert.equal(parseTime(formatTime(1_700_000_000_123), 5), 1_700_000_000_123);
  assert.equal(parseTime('yesterday', 5), 5);
});
