import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { SeriesFamily } from '../programs/series/types.ts';
import { openMetricsView } from './exposition-format.ts';
import { registerFamily } from './family.ts';
import { withPrograms } from './program-metrics.ts';

const registry = new Registry();
registerFamily(registry, {
  name: 'own_total',
  help: 'Own.',
  type: 'counter',
  collect: () => [{ labels: {}, value: 1 }],
});
const theirs = (name: string): SeriesFamily => ({
  ...{ name, help: 'Theirs.', type: 'counter' },
  samples: [{ labels: { program: 'x' }, value: 7 }],
});

test('metrics of programs come after our own, in both formats, and go with their programs', async () => {
  const text = await withPrograms(registry, undefined, [theirs('their_total')]).metrics();
  assert.match(text, /^own_total 1$/m);
  assert.match(text, /^# TYPE their_total counter\ntheir_total\{program="x"\} 7$/m);
  const open = await withPrograms(registry, openMetricsView(registry), [theirs('their_total')]).metrics();
  assert.match(open, /^# TYPE their counter\ntheir_total\{program="x"\} 7$/m);
  assert.equal(open.match(/# EOF/g)?.length, 1);
  assert.doesNotMatch(await withPrograms(registry, undefined, []).metrics(), /their/);
});

test('what is no name of a metric is left out, and the rest is told', async () => {
  const names = ['their_f.seen_total', '7_total', '', 'their_total\n'].map(theirs);
  const text = await withPrograms(registry, undefined, [...names, theirs('their_total')]).metrics();
  assert.deepEqual(text.match(/^.*their.* 7$/gm), ['their_total{program="x"} 7']);
  assert.doesNotMatch(text, /seen|^7_total|^\{/m);
});

test('a program does not take a name of ours', async () => {
  const text = await withPrograms(registry, undefined, [theirs('own_total')]).metrics();
  assert.equal(text.match(/^own_total/gm)?.length, 1);
});
