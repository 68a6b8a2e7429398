import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAP_TYPE } from '@netguard/libbpf';
import { lines, seriesOf } from './testing/series-of.ts';
import { type CType, struct, typedMap, u32, u64 } from './testing/typed-map.ts';
import type { ReadableMap } from './types.ts';

/** A global variable that holds `held`. */
function variable(name: string, held: number | Record<string, number>, type: CType = u64): ReadableMap {
  const map = typedMap(name, u32, type, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
  map.set(0, held);
  return { ...map, isVariable: true };
}

test('variables that would be one metric: the first is it, and the other is told of', () => {
  const series = seriesOf([variable('wait_ns', 3e9), variable('wait_us', 5e6), variable('rx', 1)]);
  assert.deepEqual(lines(series), ['wait_seconds_total 3', 'rx_total 1']);
  const name = 'netguard_program_test_wait_seconds_total';
  assert.deepEqual(series.withoutMetrics, [
    `the variable wait_us has no metrics: wait_us.value and wait_ns.value would both be ${name}: name one of them with metric`,
  ]);
});

test('a variable gives way to a map, to one that the YAML names, and to itself', () => {
  const map = typedMap('drops', u32, u64, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
  map.set(0, 9);
  assert.deepEqual(lines(seriesOf([map, variable('drops_total', 1)])), ['drops_total 9']);
  const named = seriesOf([variable('rx', 1), variable('rx_total', 2)], 'maps: { rx_total: { help: Received. } }');
  assert.deepEqual(lines(named), ['rx_total 2']);
  const twice = variable('s', { n: 1, n_total: 2 }, struct({ n: u64, n_total: u64 }));
  assert.deepEqual(lines(seriesOf([twice, variable('s_n', 4)])), ['s_n_total 4']);
});

test('an alert may still speak of a variable without metrics', () => {
  const yaml = 'alerts: [{ name: late, expr: "wait_us > 1" }]';
  const series = seriesOf([variable('wait_ns', 3e9), variable('wait_us', 5e6)], yaml);
  assert.deepEqual(
    series.measure(1000).map(({ observation: { value } }) => value),
    [5],
  );
  assert.deepEqual(lines(series), ['wait_seconds_total 3']);
});

test('two that the YAML names are refused, unless one of them is not exported', () => {
  const both = [variable('rx', 1), variable('rx_total', 2)];
  assert.throws(() => seriesOf(both, 'maps: { rx: { help: A. }, rx_total: { help: B. } }'), {
    code: 'NG_ERR_PROGRAM_SPEC',
    message: /rx_total\.value and rx\.value would both be netguard_program_test_rx_total/,
  });
  const one = seriesOf(both, 'maps: { rx: { export: false }, rx_total: { help: B. } }');
  assert.deepEqual(lines(one), ['rx_total 2']);
});
