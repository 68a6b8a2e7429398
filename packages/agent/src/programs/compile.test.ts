import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compileProgram, includeDirectory } from './compile.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-compile-'));
after(() => rmSync(directory, { recursive: true }));

test('the headers for programs lie in the source tree', () => {
  assert.match(includeDirectory() ?? '', /bpf\/include$/);
});

test('without clang the message says what to install and how to compile elsewhere', async () => {
  await assert.rejects(compileProgram(directory, 'a.bpf.c', { path: directory }), {
    code: 'NG_ERR_PROGRAM_COMPILE',
    message: 'compiling a.bpf.c: clang is not installed where NetGuard runs',
    hint: /apt-get install clang-19.*clang -target bpf .* -c a\.bpf\.c -o a\.bpf\.o/,
  });
});

test('a compiler that never ends is given up with the signal, and what it says is told with the line', async () => {
  const compiler = join(directory, 'clang-19');
  writeFileSync(compiler, '#!/bin/sh\nexec sleep 100\n', { mode: 0o755 });
  const stop = AbortSignal.timeout(50);
  await assert.rejects(compileProgram(directory, 'a.bpf.c', { path: directory, signal: stop }), {
    code: 'NG_ERR_PROGRAM_COMPILE',
  });
  const said = "a.bpf.c:4:9: error: use of undeclared identifier 'y'\n    4 | int x = y;\n      |         ^";
  writeFileSync(compiler, `#!/bin/sh\ncat >&2 <<'END'\n${said}\nEND\nexit 1\n`, { mode: 0o755 });
  await assert.rejects(compileProgram(directory, 'a.bpf.c', { path: directory }), {
    message: "compiling a.bpf.c: a.bpf.c:4:9: error: use of undeclared identifier 'y' (int x = y;)",
    detail: `${said}\n`,
  });
});
