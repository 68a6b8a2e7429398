import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAge, formatTime } from './time-format.ts';
import { parseTimePoint } from './time-point.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const read = (text: string): string => new Date(parseTimePoint(text, '--since', now)).toISOString();

test('a duration counts back from now', () => {
  assert.equal(read('5m'), '2026-11-25T11:55:00.000Z');
  assert.equal(read('now'), '2026-11-25T12:00:00.000Z');
});

test('RFC 3339 is read, also shortened from the right, UTC unless a zone is written', () => {
  assert.equal(read('2026-11-25T10:30:15.250Z'), '2026-11-25T10:30:15.250Z');
  assert.equal(read('2026-11-25T10:30:15+02:00'), '2026-11-25T08:30:15.000Z');
  assert.equal(read('2026-11-25T10:30'), '2026-11-25T10:30:00.000Z');
  assert.equal(read('2026-11-25'), '2026-11-25T00:00:00.000Z');
});

test('what is no time is a usage error', () => {
  for (const text of ['yesterday', '2026-13-01', '10:30', '2026-11-25T25:00', '']) {
    assert.throws(() => read(text), { code: 'NG_ERR_CLI_USAGE' }, text);
  }
});

test("times are printed in Hubble's layouts, in UTC", () => {
  const time = '2026-11-05T00:11:22.333Z';
  assert.equal(formatTime(time), 'Nov  5 00:11:22.333');
  assert.equal(formatTime(time, 'RFC3339'), '2026-11-05T00:11:22Z');
  assert.equal(formatTime(time, 'RFC3339Milli'), '2026-11-05T00:11:22.333Z');
  assert.equal(formatTime(time, 'RFC3339Micro'), '2026-11-05T00:11:22.333000Z');
  assert.equal(formatTime(time, 'RFC1123Z'), 'Thu, 05 Nov 2026 00:11:22 +0000');
  assert.equal(formatTime('nonsense'), 'N/A');
});

test('ages are short, and a clock that is ahead is now', () => {
  assert.equal(formatAge('2026-11-25T11:59:48Z', now), '12s');
  assert.equal(formatAge('2026-11-25T11:56:40Z', now), '3m20s');
  assert.equal(formatAge('2026-11-25T09:55:00Z', now), '2h5m');
  assert.equal(formatAge('2026-11-25T12:00:07Z', now), 'now');
});
