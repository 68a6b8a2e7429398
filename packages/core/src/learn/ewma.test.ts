import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EWMA_HORIZON, Ewma, type EwmaState, mergeEwma } from './ewma.ts';

const value = fc.double({ min: 0, max: 1e9, noNaN: true });
const values = fc.array(value, { minLength: 1, maxLength: 200 });

function of(numbers: readonly number[]): EwmaState {
  const ewma = new Ewma();
  for (const number of numbers) ewma.add(number);
  return ewma.state;
}

function assertClose(a: number, b: number, scale: number): void {
  assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, scale), `${a} and ${b}`);
}

function assertSame(a: EwmaState, b: EwmaState): void {
  const scale = Math.max(a.largest, b.largest);
  assertClose(a.mean, b.mean, scale);
  assertClose(a.variance, b.variance, scale * scale);
  assert.equal(a.samples, b.samples);
  assert.equal(a.largest, b.largest);
}

describe('the mean and variance of a measure', () => {
  it('are the plain ones while the horizon is not full', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const { mean, variance, largest } = of(numbers);
        const plain = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
        const spread = numbers.reduce((sum, number) => sum + (number - plain) ** 2, 0) / numbers.length;
        assertClose(mean, plain, largest);
        assertClose(variance, spread, largest * largest);
      }),
    );
  });

  it('stay between the smallest and the largest sample, and never turn negative', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const { mean, variance } = of(numbers);
        assert.ok(mean >= Math.min(...numbers) * (1 - 1e-9) && mean <= Math.max(...numbers) * (1 + 1e-9));
        assert.ok(variance >= 0);
      }),
    );
  });

  it('forget: after three horizons a new level has replaced the old', () => {
    const ewma = new Ewma();
    for (let index = 0; index < EWMA_HORIZON; index++) ewma.add(1000);
    for (let index = 0; index < 3 * EWMA_HORIZON; index++) ewma.add(10);
    assert.ok(ewma.state.mean < 70, `${ewma.state.mean}`);
    assert.equal(ewma.state.largest, 1000);
  });

  it('take no harm from what is no amount', () => {
    const ewma = new Ewma();
    ewma.add(5);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1]) ewma.add(bad);
    assert.deepEqual(ewma.state, { mean: 5, variance: 0, samples: 1, largest: 5 });
  });

  it('merge as if both streams had been one, in any order and grouping', () => {
    fc.assert(
      fc.property(values, values, values, (x, y, z) => {
        const [a, b, c] = [of(x), of(y), of(z)];
        assertSame(mergeEwma(a, b), mergeEwma(b, a));
        assertSame(mergeEwma(mergeEwma(a, b), c), mergeEwma(a, mergeEwma(b, c)));
        assertSame(mergeEwma(a, b), of([...x, ...y]));
        assertSame(mergeEwma(a, of([])), a);
      }),
    );
  });
});
