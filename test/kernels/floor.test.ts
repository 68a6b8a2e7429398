/** The oldest kernel that NetGuard serves, under qemu: every program loads, attaches and counts exactly there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FLOOR } from '../../tools/kernels/list.ts';
import { problemsOf } from '../../tools/kernels/problems.ts';
import { tryKernel } from '../../tools/kernels/try-kernel.ts';
import { waitFor } from '../kernel/support/wait-for.ts';

/** Kernels are fetched and emulated for this processor alone. */
const skip = process.arch !== 'x64' && 'guests are x86_64';

test('on Linux 6.1 every program loads and attaches, and counts what was sent', { skip }, async (t) => {
  const report = await tryKernel(FLOOR);
  t.diagnostic(`${report.release}, ${report.counts.length} counts, ${Math.round(report.seconds)} s`);
  assert.match(report.release, /^6\.1\./);
  assert.ok(report.trials.length >= 14, JSON.stringify(report.trials));
  assert.deepEqual(problemsOf(report, FLOOR.expects), []);
});

const COMMAND = fileURLToPath(new URL('../../tools/kernels.ts', import.meta.url));
const START_MS = 60_000;

test('no qemu outlives a run that is killed', { skip }, async () => {
  const run = spawn(process.execPath, [COMMAND, FLOOR.name], { stdio: 'ignore' });
  try {
    const qemu = await waitFor('its qemu', () => childOf(run.pid!, 'qemu-system-x86'), START_MS);
    run.kill('SIGKILL');
    await waitFor('the end of its qemu', () => !isAlive(qemu));
  } finally {
    run.kill('SIGKILL');
  }
});

function childOf(parent: number, comm: string): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).find((pid) => {
    const stat = statOf(pid);
    return stat?.parent === parent && stat.comm === comm;
  });
}

/** A zombie has ended. */
function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

function statOf(pid: number): { comm: string; state: string; parent: number } | undefined {
  try {
    const [, comm = '', state = '', parent] =
      /^\d+ \((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { comm, state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
