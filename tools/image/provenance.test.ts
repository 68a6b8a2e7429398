import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { provenanceOf } from './provenance.ts';

let directory = '';
beforeEach(() => {
  delete process.env.SOURCE_DATE_EPOCH;
  directory = mkdtempSync(join(tmpdir(), 'netguard-git-'));
});
afterEach(() => {
  delete process.env.SOURCE_DATE_EPOCH;
  rmSync(directory, { recursive: true });
});

test('an image has the time and the name of its commit', () => {
  const git = (...args: string[]) => execFileSync('git', ['-C', directory, ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet');
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.test'];
  execFileSync('git', ['-C', directory, ...author, 'commit', '--quiet', '--allow-empty', '-m', 'x'], {
    env: { ...process.env, GIT_COMMITTER_DATE: '1700000000 +0100' },
  });
  const { created, revision } = provenanceOf(directory);
  assert.equal(created.toISOString(), '2023-11-14T22:13:20.000Z');
  assert.equal(revision, git('rev-parse', 'HEAD'));
});

test('SOURCE_DATE_EPOCH comes first, and does without git', () => {
  process.env.SOURCE_DATE_EPOCH = '1600000000';
  const { created, revision } = provenanceOf(directory);
  assert.equal(created.toISOString(), '2020-09-13T12:26:40.000Z');
  assert.equal(revision, undefined);
});

test('without a commit and without a time that can be used it says what to set', () => {
  assert.throws(() => provenanceOf(directory), { message: /this is no git checkout/, hint: /Set SOURCE_DATE_EPOCH/ });
  process.env.SOURCE_DATE_EPOCH = 'yesterday';
  assert.throws(() => provenanceOf(directory), /SOURCE_DATE_EPOCH is "yesterday"/);
});
