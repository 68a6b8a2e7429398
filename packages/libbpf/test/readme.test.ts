import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compile, run, workDirectory } from './fixture.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  assert.ok(found, `the README has a ${language} block`);
  return found;
}

test('the example of the README compiles, runs, sees a process and ends by SIGINT', async () => {
  const source = join(workDirectory, 'exec.bpf.c');
  writeFileSync(source, block('c'));
  const script = join(workDirectory, 'exec.ts');
  writeFileSync(
    script,
    block('ts').replace("'@netguard/libbpf'", JSON.stringify(new URL('../src/index.ts', import.meta.url).href)),
  );
  const example = spawn(process.execPath, [script, compile(source, 'exec')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const deadline = Date.now() + 20_000;
  example.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => example.on('close', resolve));
  while (!/^\d+ true$/m.test(output) && Date.now() < deadline && example.exitCode === null) await run('true', []);
  assert.match(output, /^\d+ true$/m);
  example.kill('SIGINT');
  assert.equal(await ended, 0);
});
