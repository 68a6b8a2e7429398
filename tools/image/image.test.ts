/** `npm run image` where it cannot work: nothing is downloaded here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { writeWhole } from './write-whole.ts';

const root = resolve(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'netguard-image-test-'));
after(() => rmSync(work, { recursive: true, force: true }));

function image(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { status, stderr } = spawnSync(process.execPath, ['tools/image.ts', ...args], {
    cwd: root,
    env: { ...env, TMPDIR: work, SOURCE_DATE_EPOCH: '0' },
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('a wrong option ends with status 2 and the options there are', () => {
  const { status, stderr } = image(['--platfrom', 'linux/arm64']);
  assert.equal(status, 2);
  assert.match(stderr, /--platfrom.*usage: npm run image/s);
});

test('a machine without apt-get is sent to the Dockerfile', () => {
  const bin = join(work, 'bin');
  mkdirSync(bin);
  symlinkSync('/usr/bin/git', join(bin, 'git'));
  const { status, stderr } = image(['--output', join(work, 'x.tar')], { ...process.env, PATH: bin });
  assert.equal(status, 1);
  assert.match(stderr, /^error: .*there is no apt-get here\n {2}→ .*docker build/m);
});

test('a mirror that does not answer is an error that names it and what to check; nothing is left', () => {
  // Port 1 of this machine: nobody listens there.
  const sources = join(work, 'dead.sources');
  writeFileSync(
    sources,
    'Types: deb\nURIs: http://127.0.0.1:1/debian\nSuites: trixie\nComponents: main\nTrusted: yes\n',
  );
  const output = join(work, 'x.tar');
  const { status, stderr } = image(['--sources', sources, '--output', output], {
    ...process.env,
    no_proxy: '127.0.0.1',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^error: reading the package lists of Debian: .*127\.0\.0\.1:1.*→ Check the network/s);
  assert.equal(existsSync(output), false);
  assert.deepEqual(
    readdirSync(work).filter((name) => name.startsWith('netguard-image-')),
    [],
  );
});

test('the application is not written over other files', () => {
  const { status, stderr } = image(['--application', work]);
  assert.equal(status, 1);
  assert.match(stderr, /it is not empty\n {2}→ Give --application a new directory/);
});

test('an archive that cannot be written is told, and leaves no half', () => {
  const output = join(work, 'taken');
  mkdirSync(output);
  assert.throws(() => writeWhole(output, Buffer.from('x')), { name: 'ImageError', hint: /--output/ });
  assert.deepEqual(
    readdirSync(work).filter((name) => name.startsWith('taken')),
    ['taken'],
  );
  assert.throws(() => writeWhole('/dev/null/x', Buffer.from('x')), /^ImageError: writing \/dev\/null\/x: E/);
});
