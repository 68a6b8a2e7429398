import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDirectory } from './make-directory.ts';

test('a directory is made with all that is missing above it, and again without complaint', () => {
  const base = mkdtempSync(join(tmpdir(), 'netguard-directory-'));
  try {
    const deep = join(base, 'a', 'b', 'c');
    makeDirectory(deep);
    makeDirectory(deep);
    assert.ok(existsSync(deep));
  } finally {
    rmSync(base, { recursive: true });
  }
});

test('a file system that makes no directory is an error, not an endless loop', () => {
  assert.throws(() => makeDirectory('/proc/netguard/state'), { code: /^E(NOENT|ACCES|PERM|ROFS)$/ });
});
