import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { explainError, NetGuardError } from './error.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Whole quoted codes in the product's sources → a file that has it. Those of the command line are tied to cli.md. */
function codesInSources(): Map<string, string> {
  const codes = new Map<string, string>();
  for (const file of globSync('packages/*/src/**/*.ts', { cwd: repository })) {
    if (file.endsWith('.test.ts')) continue;
    for (const [, code] of readFileSync(join(repository, file), 'utf8').matchAll(
      /['"`](NG_ERR_(?:[A-Z0-9]+_)*[A-Z0-9]+)['"`]/g,
    )) {
      if (code !== undefined && !code.startsWith('NG_ERR_CLI_')) codes.set(code, file);
    }
  }
  return codes;
}

test('the error table has every code of the sources, and no other', () => {
  const page = readFileSync(join(repository, 'docs/reference/errors.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(NG_ERR_[A-Z0-9_]+)` \|/gm)].map((match) => match[1] ?? '');
  const sources = codesInSources();
  assert.ok(sources.size > 20, 'the scan found the sources');
  const missing = [...sources]
    .filter(([code]) => !documented.includes(code))
    .map(([code, file]) => `${code} (${file})`);
  assert.deepEqual(missing, [], 'add these to docs/reference/errors.md');
  assert.deepEqual(
    documented.filter((code) => !sources.has(code)),
    [],
    'no source gives these any more',
  );
  assert.deepEqual(documented, [...documented].sort(), 'the table is sorted, nothing twice');
  assert.equal(new Set(documented).size, documented.length);
});

test('a message says what was being done and why it ended', () => {
  const cause = new Error('Operation not permitted');
  const error = new NetGuardError('NG_ERR_BPF_LOAD', 'loading sockets.bpf.o', {
    cause,
    hint: 'Run as root.',
    detail: 'log',
  });
  assert.equal(error.message, 'loading sockets.bpf.o: Operation not permitted');
  assert.equal(error.cause, cause);
  assert.deepEqual(
    [error.code, error.phrase, error.hint, error.detail],
    ['NG_ERR_BPF_LOAD', 'loading sockets.bpf.o', 'Run as root.', 'log'],
  );
  assert.equal(
    explainError(error),
    'loading sockets.bpf.o: Operation not permitted (NG_ERR_BPF_LOAD)\n  → Run as root.',
  );
});

test('a cause may be words, or missing', () => {
  assert.equal(new NetGuardError('NG_ERR_SOURCE', 'starting', { cause: 'no room' }).message, 'starting: no room');
  const bare = new NetGuardError('NG_ERR_SOURCE', 'starting');
  assert.equal(explainError(bare), 'starting (NG_ERR_SOURCE)');
  assert.equal('cause' in bare, false);
  assert.equal(explainError(new Error('plain')), 'plain');
  assert.equal(explainError('words'), 'words');
});
