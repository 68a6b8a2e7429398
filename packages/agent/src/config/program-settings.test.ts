import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from './load.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-programs-'));
after(() => rmSync(directory, { recursive: true }));

function load(lines: string) {
  const file = join(directory, 'netguard.yaml');
  writeFileSync(file, `apiVersion: netguard/v1\nprograms:\n${lines}`);
  return loadConfig({ file }).config.programs;
}

test('a program needs a file alone, and numbers may be given as settings', () => {
  const { load: programs } = load('  load:\n    - { file: /a/x.bpf.o, set: { port: 53 } }\n');
  assert.deepEqual(programs, [{ file: '/a/x.bpf.o', set: { port: '53' }, pin: false }]);
});

test('two of one name, a name that cannot be, and more than may be loaded are told with their place', () => {
  assert.throws(() => load('  load: [{ file: /a/x.bpf.o }, { file: /b/x.bt }]\n'), /:3:.*has the name of another: x/);
  assert.throws(() => load('  load: [{ file: /a/-.bt }]\n'), /cannot be a name: set name/);
  assert.throws(() => load('  maxPrograms: 0\n  load: [{ file: /a/x.bt }]\n'), /programs\.maxPrograms is 0/);
  assert.throws(() => load('  load: [{ file: /a/x.bt, cgruop: /x }]\n'), /cgruop.*did you mean "cgroup"/);
});
