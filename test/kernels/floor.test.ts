/** The oldest kernel that NetGuard serves, under qemu: every program loads, attaches and counts exactly there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLOOR } from '../../tools/kernels/list.ts';
import { tryKernel } from '../../tools/kernels/try-kernel.ts';
import { problemsOf } from './problems.ts';

test('on Linux 6.1 every program loads and attaches, and counts what was sent', async (t) => {
  const report = await tryKernel(FLOOR);
  t.diagnostic(`${report.release}, ${report.counts.length} counts, ${Math.round(report.seconds)} s`);
  assert.match(report.release, /^6\.1\./);
  assert.ok(report.trials.length >= 15 && report.counts.length >= 15, JSON.stringify(report));
  assert.deepEqual(problemsOf(report, FLOOR.expects), []);
});
