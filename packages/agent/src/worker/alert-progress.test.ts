import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alert } from '../testing/samples.ts';
import { AlertProgress } from './alert-progress.ts';

test('an alert is told when it changed, and not again until it changes again', () => {
  const progress = new AlertProgress();
  const [first, second] = [alert('a'), alert('b')];
  assert.deepEqual(progress.take([first, second]), [first, second]);
  assert.deepEqual(progress.take([first, second]), []);
  const later = alert('b', { count: 2000 });
  assert.deepEqual(progress.take([first, later]), [later]);
});

test('when very many change each time, each has its turn', () => {
  const progress = new AlertProgress();
  const told = new Set<string>();
  for (let tick = 0; tick < 4; tick++) {
    const open = Array.from({ length: 10 }, (_, i) => alert(`${i}`, { count: tick }));
    const taken = progress.take(open, 3);
    assert.equal(taken.length, 3);
    for (const { id } of taken) told.add(id);
  }
  assert.equal(told.size, 10);
});

test('what is no longer open is forgotten', () => {
  const progress = new AlertProgress();
  const only = alert('a');
  progress.take([only]);
  assert.deepEqual(progress.take([]), []);
  assert.deepEqual(progress.take([only]), [only]);
});
