import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SpanCount } from './span-count.ts';

describe('a count of spans', () => {
  it('holds the sum of its spans and forgets older ones', () => {
    const count = new SpanCount(3);
    for (const value of [5, 0, 7, 11]) {
      count.current += value;
      count.roll();
    }
    assert.equal(count.sum, 18);
    assert.equal(count.last(1), 11);
    assert.equal(count.last(2), 18);
    assert.equal(count.last(99), 18);
    for (let index = 0; index < 3; index++) count.roll();
    assert.equal(count.sum, 0);
  });

  it('does not count what goes on, and never falls below 0', () => {
    const count = new SpanCount(2);
    count.current -= 4;
    assert.equal(count.sum, 0);
    count.roll();
    assert.equal(count.sum, 0);
    count.current += 6;
    count.roll();
    assert.equal(count.sum, 2);
  });
});
