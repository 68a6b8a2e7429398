import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventClock } from './event-clock.ts';

const T0 = 1_800_000_000_000;

function newClock() {
  const wall = { ms: T0 };
  const clock = new EventClock(() => wall.ms);
  clock.setConnected(true);
  return { wall, clock };
}

test('time is that of the flows, and goes on behind them where none comes', () => {
  const { wall, clock } = newClock();
  assert.equal(Number.isNaN(clock.nowMs()), true);
  assert.equal(clock.timeOf(T0 - 1000), T0 - 1000);
  wall.ms += 1500;
  assert.equal(clock.nowMs(), T0 - 1000, 'flows may still come');
  wall.ms += 8500;
  assert.equal(clock.nowMs(), T0 + 7000);
});

test('time stands while the relay is away, and what it tells later counts when it was', () => {
  const { wall, clock } = newClock();
  clock.timeOf(T0);
  clock.setConnected(false);
  wall.ms += 300_000;
  assert.equal(clock.nowMs(), T0);
  clock.setConnected(true);
  assert.equal(clock.timeOf(T0 + 5000), T0 + 5000);
  wall.ms += 100;
  assert.equal(clock.timeOf(T0 + 200_000), T0 + 200_000);
  assert.equal(clock.nowMs(), T0 + 200_000);
  assert.equal(clock.corrected, 0);
});

test('a node whose clock is wrong does not take the others with it', () => {
  const { wall, clock } = newClock();
  clock.timeOf(T0);
  assert.equal(clock.timeOf(T0 + 3_600_000), wall.ms);
  assert.equal(clock.timeOf(T0 - 3_600_000), wall.ms);
  assert.deepEqual([clock.nowMs(), clock.corrected], [T0, 2]);
});
