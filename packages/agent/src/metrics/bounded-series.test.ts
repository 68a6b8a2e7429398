import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedSeries } from './bounded-series.ts';

function counter(capacity: number) {
  const series = new BoundedSeries({
    labelNames: ['pod', 'protocol'],
    capacity: () => capacity,
    keptInOther: ['protocol'],
    create: () => ({ value: 0 }),
  });
  const add = (pod: string, count: number, nowMs = 0) => {
    series.cell([pod, 'TCP'], nowMs).value += count;
  };
  const values = () => Object.fromEntries(Array.from(series.entries(), ([labels, cell]) => [labels[0], cell.value]));
  return { series, add, values };
}

const ALL_GONE = () => false;

test('series over the cap count in other and admitted ones keep their name', () => {
  const { add, values, series } = counter(2);
  for (const pod of ['a', 'b', 'c', 'd', 'a']) add(pod, 1);
  assert.deepEqual(values(), { a: 2, b: 1, other: 2 });
  assert.equal(series.size, 2);
  assert.equal(series.refused, 2);
});

test('a refused series stays in other when room is made, and other never falls', () => {
  const { add, values, series } = counter(1);
  add('a', 5, 0);
  add('b', 7, 0);
  add('b', 1, 600);
  series.sweep(ALL_GONE, 1000, 500);
  assert.deepEqual(values(), { other: 8 });
  add('b', 1, 1001);
  add('c', 1, 1001);
  assert.deepEqual(values(), { c: 1, other: 9 });
});

test('a refused series may be admitted once its subject has gone and come back', () => {
  const { add, values, series } = counter(1);
  add('a', 5, 0);
  add('b', 7, 0);
  series.sweep(ALL_GONE, 1000, 500);
  add('b', 1, 1001);
  assert.deepEqual(values(), { b: 1, other: 7 });
});

test('a silent series lives on while its subject does', () => {
  const { add, values, series } = counter(5);
  add('idle', 1, 0);
  add('gone', 1, 0);
  series.sweep(([pod]) => pod === 'idle', 10_000, 500);
  assert.deepEqual(values(), { idle: 1 });
});

test('a series of a subject just gone stays for the grace time', () => {
  const { add, values, series } = counter(5);
  add('a', 1, 1000);
  series.sweep(ALL_GONE, 1400, 500);
  assert.deepEqual(values(), { a: 1 });
});

test('memory is bounded under a flood of names, and nobody is admitted while refused ones are not remembered', () => {
  const { add, values, series } = counter(10);
  for (let pod = 0; pod < 10_000; pod++) add(`pod-${pod}`, 1, 100);
  assert.equal(series.size, 10);
  assert.equal(series.refused, 40);
  series.sweep(ALL_GONE, 550, 500);
  add('new', 1, 550);
  assert.equal(values().new, undefined);
  series.sweep(ALL_GONE, 2000, 500);
  add('new', 1, 2000);
  assert.deepEqual(values(), { new: 1, other: 9991 });
});

test('a pod that is really called other shares the series of other', () => {
  const { add, series } = counter(1);
  add('a', 1);
  add('b', 1);
  add('other', 1);
  const rows = Array.from(series.entries(), ([labels, cell]) => `${labels.join('/')}=${cell.value}`);
  assert.deepEqual(rows, ['a/TCP=1', 'other/TCP=2']);
});

test('labels with a closed set of values are kept apart in other', () => {
  const { series } = counter(0);
  series.cell(['a', 'TCP'], 0).value += 1;
  series.cell(['a', 'UDP'], 0).value += 2;
  const rows = Array.from(series.entries(), ([labels, cell]) => `${labels.join('/')}=${cell.value}`);
  assert.deepEqual(rows, ['other/TCP=1', 'other/UDP=2']);
});

test('names that differ only by separators of the key are different series', () => {
  const { series } = counter(10);
  series.cell(['a\0b', 'c'], 0).value++;
  series.cell(['a', 'b\0c'], 0).value++;
  series.cell(['a,pod:b', 'c'], 0).value++;
  assert.equal(series.size, 3);
});
