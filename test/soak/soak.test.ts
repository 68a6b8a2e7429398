/** Every benign twin at once for three minutes: the short form of `npm run soak`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNothingLeft } from '../lab/leftovers.ts';
import { failures, reportLines } from './report.ts';
import { runSoak } from './soak.ts';
import { logs } from './twins/logs.ts';
import { probes } from './twins/probes.ts';

test('no alert of severity medium or above in three minutes of every benign twin at once', async (t) => {
  const report = await runSoak({ minutes: 3 });
  for (const line of reportLines(report)) t.diagnostic(line);
  assert.deepEqual(failures(report), []);
  assert.equal(report.proof, 'told', 'the same agent was awake');
  await assertNothingLeft(report.run);
});

test('a soak that is interrupted ends with the report so far and leaves nothing, beside another one', async (t) => {
  const interrupted = new AbortController();
  const [cut, whole] = await Promise.all([
    runSoak({
      minutes: 60,
      twins: [probes],
      signal: interrupted.signal,
      onProgress: (text) => void (text.startsWith('watching') && setTimeout(() => interrupted.abort(), 4000)),
    }),
    runSoak({ minutes: 0.3, twins: [logs] }),
  ]);
  t.diagnostic(`${cut.seconds.toFixed(1)} s of ${cut.wantedSeconds}`);
  assert.ok(cut.seconds < 30, `${cut.seconds}`);
  assert.equal(cut.proof, 'not tried');
  assert.ok(cut.twins[0] !== undefined && cut.twins[0].done > 0, 'it was at work');
  assert.match(reportLines(cut)[0] ?? '', /ended early/);
  assert.notEqual(cut.run, whole.run);
  assert.deepEqual([failures(cut), failures(whole)], [[], []]);
  await Promise.all([cut, whole].map(({ run }) => assertNothingLeft(run)));
});
