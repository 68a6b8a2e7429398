import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { ownIdentity, processState } from './process-identity.ts';

test('this process is alive', () => {
  assert.equal(processState(ownIdentity()), 'alive');
});

test('a process that ended is dead', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  assert.equal(processState({ ...ownIdentity(), pid: child.pid ?? 0 }), 'dead');
});

test('a later process with the same pid is not the owner', () => {
  const own = ownIdentity();
  assert.equal(processState({ ...own, startTicks: own.startTicks - 1 }), 'dead');
  assert.equal(processState({ ...own, bootId: '00000000-0000-0000-0000-000000000000' }), 'dead');
});

test('a process of another PID namespace cannot be judged', () => {
  assert.equal(processState({ ...ownIdentity(), pidNamespace: 'pid:[1]' }), 'unknown');
});
