import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LARGEST_FILE, programFile, programName } from './program-file.ts';

const bytes = new TextEncoder().encode('x');

test('the ending tells what a file is, and its hash is that of sha256sum', () => {
  const { file, kind, sha256 } = programFile('/home/a/syn-count.bpf.c', bytes);
  assert.deepEqual([file, kind], ['syn-count.bpf.c', 'source']);
  assert.equal(sha256, '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
  assert.equal(programFile('a.bpf.o', bytes).kind, 'object');
  assert.equal(programFile('a.bt', bytes).kind, 'bpftrace');
});

test('other names, and files that are empty or too large, are refused', () => {
  for (const name of ['a.c', '.bpf.c', 'a b.bpf.c', '../-x;.bpf.c', 'a.bpf.c/', ''])
    assert.throws(() => programFile(name, bytes), { code: 'NG_ERR_PROGRAM_FILE' }, name);
  for (const content of [new Uint8Array(0), new Uint8Array(LARGEST_FILE + 1)])
    assert.throws(() => programFile('a.bt', content), { code: 'NG_ERR_PROGRAM_FILE' });
});

test('a program is called as its file, or as asked', () => {
  assert.equal(programName('SYN_count.v2.bpf.c', undefined), 'syn-count-v2');
  assert.equal(programName('a.bt', 'other'), 'other');
  for (const name of ['', 'A', '-a', 'a'.repeat(41), '../a', 'a/b'])
    assert.throws(() => programName('a.bt', name), { code: 'NG_ERR_PROGRAM_NAME' }, name);
});
