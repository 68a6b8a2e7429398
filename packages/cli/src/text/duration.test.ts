import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDuration, formatDuration, parseDuration } from './duration.ts';

test('durations with a unit are read, also put together', () => {
  assert.equal(findDuration('500ms'), 500);
  assert.equal(findDuration('10s'), 10_000);
  assert.equal(findDuration('5m'), 300_000);
  assert.equal(findDuration('1h'), 3_600_000);
  assert.equal(findDuration('1h30m'), 5_400_000);
  assert.equal(findDuration('1.5s'), 1500);
  assert.equal(findDuration('2d'), 172_800_000);
});

test('what is no duration is not guessed', () => {
  for (const text of ['', '10', 's', '-5s', '5 m', '5x', '1e3s', '10s ', 'm5'])
    assert.equal(findDuration(text), undefined, text);
});

test('a bad value of an option is a usage error that names it', () => {
  assert.throws(() => parseDuration('ten', '--interval'), {
    code: 'NG_ERR_CLI_USAGE',
    exitStatus: 2,
    message: /--interval.*'ten'/,
  });
});

test('durations are written as a person says them', () => {
  assert.equal(formatDuration(0), '0 ms');
  assert.equal(formatDuration(3.21), '3.2 ms');
  assert.equal(formatDuration(35), '35 ms');
  assert.equal(formatDuration(1234), '1.2 s');
  assert.equal(formatDuration(45_000), '45 s');
  assert.equal(formatDuration(200_000), '3m 20s');
  assert.equal(formatDuration(7_500_000), '2h 5m');
  assert.equal(formatDuration(356_400_000), '4d 3h');
});
