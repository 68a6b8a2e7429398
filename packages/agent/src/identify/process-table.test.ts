import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { hostNetworkNamespace, hostPidsVisible, ProcessTable } from './process-table.ts';

let procRoot: string;
beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'netguard-proc-'));
});
afterEach(() => rmSync(procRoot, { recursive: true }));

function process(pid: number, comm: string): void {
  mkdirSync(join(procRoot, String(pid)), { recursive: true });
  writeFileSync(join(procRoot, String(pid), 'comm'), `${comm}\n`);
}

function pidNamespace(text: string): void {
  mkdirSync(join(procRoot, 'self/ns'), { recursive: true });
  symlinkSync(text, join(procRoot, 'self/ns/pid'));
}

test('a process is named by procfs, and asked for once', () => {
  process(7, 'nginx');
  const table = new ProcessTable({ procRoot, visible: true });
  assert.deepEqual(table.find(7, 0), { comm: 'nginx', exe: undefined });
  process(7, 'other');
  assert.equal(table.find(7, 29_999)?.comm, 'nginx');
  assert.equal(table.find(7, 30_000)?.comm, 'other');
});

test('a process that is gone keeps the name it had', () => {
  process(7, 'nginx');
  const table = new ProcessTable({ procRoot, visible: true });
  table.find(7, 0);
  rmSync(join(procRoot, '7'), { recursive: true });
  assert.equal(table.find(7, 60_000)?.comm, 'nginx');
});

test('in another PID namespace nobody is named, since the numbers are not ours', () => {
  process(7, 'nginx');
  pidNamespace('pid:[4026532999]');
  assert.equal(hostPidsVisible(procRoot), false);
  assert.equal(hostNetworkNamespace(procRoot), undefined);
  assert.equal(new ProcessTable({ procRoot }).find(7, 0), undefined);
});

test('the first PID namespace is known by its fixed inode', () => {
  pidNamespace('pid:[4026531836]');
  assert.equal(hostPidsVisible(procRoot), true);
});

test('the table is bounded and counts what it let go', () => {
  const table = new ProcessTable({ procRoot, visible: true, capacity: 2 });
  for (const pid of [1, 2, 3]) process(pid, `p${pid}`);
  for (const pid of [1, 2, 3]) table.find(pid, 0);
  assert.deepEqual(table.state, { entries: 2, capacity: 2, evicted: 1 });
});
