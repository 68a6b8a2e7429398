import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HyperLogLog } from './hyper-log-log.ts';

function filled(from: number, to: number): HyperLogLog {
  const sketch = new HyperLogLog();
  for (let index = from; index < to; index++) sketch.add(`198.${index >>> 16}.${(index >>> 8) & 255}.${index & 255}`);
  return sketch;
}

describe('HyperLogLog', () => {
  it('estimates ten to a million distinct addresses within three standard errors', () => {
    assert.equal(new HyperLogLog().estimate(), 0);
    for (const count of [10, 100, 1000, 30_000, 1_000_000]) {
      const estimate = filled(0, count).estimate();
      assert.ok(Math.abs(estimate - count) <= Math.max(1, 0.2 * count), `${count}: ${estimate}`);
    }
  });

  it('does not count a key twice', () => {
    const sketch = filled(0, 500);
    const before = sketch.estimate();
    for (let index = 0; index < 500; index++) sketch.add(`198.0.${(index >>> 8) & 255}.${index & 255}`);
    assert.equal(sketch.estimate(), before);
    sketch.clear();
    assert.equal(sketch.estimate(), 0);
  });

  it('counts two streams together, what they share once', () => {
    const union = filled(0, 6000).estimate(filled(3000, 9000));
    assert.ok(union > 7200 && union < 10_800, `${union}`);
  });
});
