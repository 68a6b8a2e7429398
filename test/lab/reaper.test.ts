import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { runIdPrefix } from '../../packages/cli/src/lab/run-id.ts';
import { sweepStale } from '../../packages/cli/src/lab/sweep.ts';
import { assertNothingLeft, leftovers } from './leftovers.ts';

const holderProgram = fileURLToPath(new URL('./holder.ts', import.meta.url));
const holders = new Set<ChildProcess>();
after(() => {
  for (const holder of holders) holder.kill('SIGKILL');
});

function startHolder() {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', holderProgram], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.add(child);
  child.once('exit', () => holders.delete(child));
  const prefix = runIdPrefix(child.pid ?? 0);
  return { child, prefix, exited: once(child, 'exit') };
}

async function startReadyHolder() {
  const holder = startHolder();
  const [line] = (await once(holder.child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  return { ...holder, ...(JSON.parse(line.toString()) as { run: string; reaper: number }) };
}

test('a lab whose owner is killed by kill -9 is gone within seconds, ten times', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { child, prefix, exited } = await startReadyHolder();
    const before = leftovers(prefix);
    // Three namespaces, a cgroup, a run file, the pod's shell and its two children, the reaper.
    assert.ok(before.length >= 8, `the lab was up: ${before.join('\n')}`);
    child.kill('SIGKILL');
    await exited;
    await assertNothingLeft(prefix);
  }
});

test('an owner killed at any moment of its start leaves nothing', async () => {
  for (let round = 0; round < 12; round += 1) {
    const { child, prefix, exited } = startHolder();
    // The moment is the subject: steps of 8 ms from the first trace on, where a start takes about 100 ms.
    await firstTrace(prefix);
    await sleep(round * 8);
    child.kill('SIGKILL');
    await exited;
    await assertNothingLeft(prefix);
  }
});

async function firstTrace(prefix: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (leftovers(prefix).length === 0) {
    assert.ok(Date.now() < end, 'the holder started no lab');
    await sleep(2);
  }
}

test('a lab whose owner is ended by SIGTERM is gone', async () => {
  const { child, prefix, exited } = await startReadyHolder();
  child.kill('SIGTERM');
  await exited;
  await assertNothingLeft(prefix);
});

test('the reaper of a living lab does not hear polite signals', async () => {
  const { child, prefix, exited, reaper } = await startReadyHolder();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(reaper, signal);
  child.kill('SIGKILL');
  await exited;
  await assertNothingLeft(prefix);
});

test('when the reaper was killed too, the next start sweeps the dead run and leaves the living one alone', async () => {
  const [dead, living] = await Promise.all([startReadyHolder(), startReadyHolder()]);
  const alive = leftovers(living.prefix);
  process.kill(dead.reaper, 'SIGKILL');
  dead.child.kill('SIGKILL');
  await dead.exited;
  // From here only a sweep can remove the dead run: ours, or one that another suite happens to make.
  {
    await using lab = await Lab.open();
    assert.deepEqual(leftovers(dead.prefix), []);
    assert.deepEqual(leftovers(living.prefix), alive);
    assert.notEqual(lab.run, living.run);
  }
  assert.deepEqual(leftovers(living.prefix), alive);
  living.child.kill('SIGKILL');
  await living.exited;
  await assertNothingLeft(living.prefix);
});

test('sweeping with nothing stale of ours touches nothing of a running lab', async () => {
  await using lab = await Lab.open();
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-0' });
  const before = leftovers(lab.run);
  const swept = await sweepStale();
  assert.ok(!swept.includes(lab.run));
  assert.deepEqual(leftovers(lab.run), before);
  assert.equal((await pod.run('true')).code, 0);
});

test('a lab whose reaper was killed still closes cleanly', async () => {
  const lab = await Lab.open();
  await lab.addPod({ namespace: 'shop', name: 'web-0' });
  process.kill(lab.reaperPid, 'SIGKILL');
  await lab.close();
  assert.deepEqual(leftovers(lab.run), []);
});
