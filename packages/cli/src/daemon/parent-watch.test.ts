import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endsWithParent } from './parent-watch.ts';

const MODULE = fileURLToPath(new URL('./parent-watch.ts', import.meta.url));
const WATCHER = `
  import { watchParent } from ${JSON.stringify(MODULE)};
  setInterval(() => {}, 1000);
  watchParent({ pollMs: 20, onGone: () => { console.log('gone'); process.exit(0); } });
  console.log('watching ' + process.pid);
`;

test('only npm and the flag bind a process to its parent', () => {
  assert.equal(endsWithParent(false, {}), false);
  assert.equal(endsWithParent(true, {}), true);
  assert.equal(endsWithParent(false, { npm_lifecycle_event: 'start' }), true);
});

/** Starts the watcher below `command` and says, once it watches, how to await what it prints. */
async function start(command: string, args: readonly string[]) {
  const parent = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const heard = Promise.withResolvers<void>();
  const closed = once(parent.stdout, 'close');
  parent.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.includes('watching')) heard.resolve();
  });
  await heard.promise;
  return { parent, output: closed.then(() => text) };
}

test('the end of the parent is noticed', async () => {
  const script = `require('child_process').spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: 'inherit' })`;
  const { parent, output } = await start(process.execPath, ['-e', script, WATCHER]);
  parent.kill('SIGKILL');
  assert.match(await output, /gone/);
});

test('the end of npm is noticed through the shell that it started and that outlives it', async () => {
  // A node whose title is npm's, a shell that stays because of the command after it, and the watcher below.
  const shell = `'${process.execPath}' --input-type=module -e "$WATCHER"; true`;
  const script = `process.title = 'npm start'; require('child_process').spawn('sh', ['-c', process.argv[1]], { stdio: 'inherit', env: { ...process.env, WATCHER: process.argv[2] } })`;
  const { parent, output } = await start(process.execPath, ['-e', script, shell, WATCHER]);
  parent.kill('SIGKILL');
  assert.match(await output, /gone/);
});
