import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RateHistory } from './rate-history.ts';

const growths = fc.array(
  fc.record({ afterMs: fc.integer({ min: 500, max: 3000 }), by: fc.integer({ min: 0, max: 1000 }) }),
  {
    minLength: 1,
    maxLength: 50,
  },
);

test('the rate is the growth of the window, even between points', () => {
  fc.assert(
    fc.property(growths, fc.integer({ min: 1, max: 15 }), (steps, seconds) => {
      const windowMs = seconds * 1000;
      const history = new RateHistory(windowMs);
      const points: [number, number][] = [[0, 0]];
      history.push(0, 0);
      for (const { afterMs, by } of steps) {
        const [time, value] = points.at(-1)!;
        points.push([time + afterMs, value + by]);
        history.push(time + afterMs, value + by);
      }
      const [nowMs, last] = points.at(-1)!;
      const rate = ((last - valueAt(points, nowMs - windowMs)) * 1000) / windowMs;
      assert.ok(
        Math.abs(history.rate(windowMs, nowMs) - rate) < 1e-6 * (1 + rate),
        `${history.rate(windowMs, nowMs)} is ${rate}`,
      );
    }),
    { numRuns: 300 },
  );
});

test('a long window has few points, and is nearly exact', () => {
  const history = new RateHistory(600_000);
  for (let second = 0; second <= 3600; second++) history.push(second * 1000, second * 7);
  assert.ok(Math.abs(history.rate(600_000, 3_600_000) - 7) < 0.01);
  assert.ok(Math.abs(history.rate(60_000, 3_600_000) - 7) < 0.01);
});

test('a clock that is set back begins anew', () => {
  const history = new RateHistory(5000);
  history.push(100_000, 1000);
  history.push(10_000, 1001);
  history.push(11_000, 1006);
  assert.equal(history.rate(5000, 11_000), 1);
});

function valueAt(points: readonly (readonly [number, number])[], timeMs: number): number {
  for (const [index, [time, value]] of points.entries()) {
    const [after, then] = points[index + 1] ?? [Number.POSITIVE_INFINITY, value];
    if (time <= timeMs && timeMs < after) return value + ((then - value) * (timeMs - time)) / (after - time);
  }
  return 0;
}
