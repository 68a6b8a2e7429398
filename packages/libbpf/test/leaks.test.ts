import assert from 'node:assert/strict';
import { test } from 'node:test';
import { child, kitchenObject, run, temporaryCgroup } from './fixture.ts';

interface Usage {
  readonly calls: number;
  readonly rssGrowth: number;
  readonly fdGrowth: number;
}

test('a million calls leave memory and descriptors as they were', async () => {
  using cgroup = temporaryCgroup();
  const { code, stdout, stderr } = await run(process.execPath, [
    '--expose-gc',
    child('leaks'),
    kitchenObject(),
    cgroup.path,
  ]);
  assert.equal(code, 0, stderr);
  const usage = JSON.parse(stdout) as Usage;
  assert.ok(usage.calls >= 1_000_000, stdout);
  assert.equal(usage.fdGrowth, 0, stdout);
  assert.ok(usage.rssGrowth < 16 * 1024 * 1024, stdout);
});
