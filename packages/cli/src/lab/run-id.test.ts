import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRunId, newRunId, runIdPrefix } from './run-id.ts';

test('a run id begins with its owner and is a run id, up to the largest pid', () => {
  for (const pid of [1, 32_768, 4_194_304]) {
    const run = newRunId(pid);
    assert.ok(run.startsWith(runIdPrefix(pid)));
    assert.ok(isRunId(run), run);
  }
});

test('two labs of one process have different names', () => {
  assert.notEqual(newRunId(1), newRunId(1));
});

test('nothing else is taken for a run id', () => {
  for (const text of ['', 'ng-', 'ng-00001', 'ng-*', 'ng-00001abcde.web', 'cni-00001abcde', 'ng-00001ABCDE']) {
    assert.equal(isRunId(text), false, text);
  }
});
