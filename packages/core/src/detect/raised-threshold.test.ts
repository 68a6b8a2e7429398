import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raisedThreshold } from './raised-threshold.ts';

test('a count is multiplied, at most ten times', () => {
  assert.equal(raisedThreshold(20, 10), 200);
  assert.equal(raisedThreshold(20, 3), 60);
  assert.equal(raisedThreshold(20, 1000), 200);
  assert.equal(raisedThreshold(20, 0), 20);
  assert.equal(raisedThreshold(1, 10), 10);
});

test('a share or score gets harder to reach and never impossible', () => {
  assert.equal(raisedThreshold(0.5, 10).toFixed(3), '0.909');
  assert.equal(raisedThreshold(0.9, 10).toFixed(3), '0.989');
  assert.ok(raisedThreshold(0.999, 10) < 1);
  assert.ok(raisedThreshold(0.01, 10) > 0.01);
});
