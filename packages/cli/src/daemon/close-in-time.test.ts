import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeInTime } from './close-in-time.ts';

test('a close that comes in time is awaited', async () => {
  let closed = false;
  const inTime = await closeInTime(async () => {
    await Promise.resolve();
    closed = true;
  }, 60_000);
  assert.deepEqual([inTime, closed], [true, true]);
});

test('a close that hangs is given up', async () => {
  assert.equal(await closeInTime(() => new Promise(() => {}), 5), false);
});

test('a close that goes wrong is not hidden', async () => {
  await assert.rejects(
    closeInTime(() => Promise.reject(new Error('stuck'))),
    /stuck/,
  );
});
