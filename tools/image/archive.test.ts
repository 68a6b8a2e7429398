import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { makeArchive } from './archive.ts';
import { FileTree } from './file-tree.ts';
import { imageConfig, RUN } from './image-config.ts';
import { makeLayer } from './layer.ts';
import { platformOf } from './platform.ts';

const created = new Date('2026-01-02T03:04:05Z');
const provenance = { version: '1.2.3', revision: 'c0ffee', created };
const long = `usr/${'deep/'.repeat(40)}${'name'.repeat(30)}`;

async function archiveOf(reverse: boolean) {
  const adding = [
    (tree: FileTree) => tree.file('usr/bin/tool', 'run me', 0o755),
    (tree: FileTree) => tree.file(long, 'far away'),
    (tree: FileTree) => tree.directory('tmp', 0o1777),
    (tree: FileTree) => tree.symlink('bin', 'usr/bin'),
  ];
  const tree = new FileTree();
  for (const add of reverse ? adding.reverse() : adding) add(tree);
  const layers = [
    await makeLayer('one', tree, new Date(0)),
    await makeLayer('two', new FileTree().file('b', 'second'), created),
  ];
  const config = imageConfig(platformOf('linux/arm64'), layers, provenance);
  return { archive: await makeArchive('example.test/a/image', '1.2.3', config, layers), layers };
}

const { archive, layers } = await archiveOf(false);
let root = '';

/** GNU tar reads it: another hand than the one that wrote it. */
before(() => {
  root = mkdtempSync(join(tmpdir(), 'netguard-archive-'));
  writeFileSync(join(root, 'image.tar'), archive.data);
  execFileSync('tar', ['-xf', 'image.tar'], { cwd: root });
});
after(() => rmSync(root, { recursive: true, force: true }));

const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const sha256 = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const blob = (digest: string) => readFileSync(join(root, 'blobs', digest.replace(':', '/')));

test('the same files give the same bytes, in whatever order they were added', async () => {
  assert.deepEqual((await archiveOf(true)).archive, archive);
});

test('another file, or another time, gives other bytes', async () => {
  const tree = (content: string) => new FileTree().file('a', content);
  const digests = [
    await makeLayer('a', tree('x'), created),
    await makeLayer('a', tree('y'), created),
    await makeLayer('a', tree('x'), new Date(0)),
  ].map(({ digest }) => digest);
  assert.equal(new Set(digests).size, 3);
});

test('it is an OCI layout, named for containerd and podman', () => {
  assert.deepEqual(json('oci-layout'), { imageLayoutVersion: '1.0.0' });
  const { schemaVersion, manifests } = json('index.json');
  assert.equal(schemaVersion, 2);
  assert.equal(manifests.length, 1);
  assert.equal(manifests[0].digest, archive.digest);
  assert.deepEqual(manifests[0].platform, { architecture: 'arm64', os: 'linux' });
  assert.deepEqual(manifests[0].annotations, {
    'io.containerd.image.name': 'example.test/a/image:1.2.3',
    'org.opencontainers.image.ref.name': '1.2.3',
  });
});

test('every blob has the digest it is named by, and every descriptor its size', () => {
  const manifest = JSON.parse(blob(archive.digest).toString());
  const descriptors = [...json('index.json').manifests, manifest.config, ...manifest.layers];
  for (const { digest, size } of descriptors) {
    assert.equal(sha256(blob(digest)), digest);
    assert.equal(blob(digest).length, size);
  }
  const named = descriptors.map(({ digest }) => digest.slice('sha256:'.length)).sort();
  assert.deepEqual(readdirSync(join(root, 'blobs/sha256')).sort(), named, 'and no blob is left over');
});

test('the configuration names the unpacked layers from the bottom up, and what runs', () => {
  const manifest = JSON.parse(blob(archive.digest).toString());
  const config = JSON.parse(blob(manifest.config.digest).toString());
  const unpacked = manifest.layers.map(({ digest }: { digest: string }) => sha256(gunzipSync(blob(digest))));
  assert.deepEqual(config.rootfs, { type: 'layers', diff_ids: unpacked });
  assert.equal(config.history.length, unpacked.length);
  assert.deepEqual([config.os, config.architecture, config.created], ['linux', 'arm64', '2026-01-02T03:04:05.000Z']);
  for (const [key, value] of Object.entries(RUN)) assert.deepEqual(config.config[key], value, key);
  assert.equal(config.config.Labels['org.opencontainers.image.version'], '1.2.3');
  assert.equal(config.config.Labels['org.opencontainers.image.revision'], 'c0ffee');
});

test('docker load finds the same blobs', () => {
  const manifest = JSON.parse(blob(archive.digest).toString());
  const path = ({ digest }: { digest: string }) => `blobs/${digest.replace(':', '/')}`;
  assert.deepEqual(json('manifest.json'), [
    { Config: path(manifest.config), RepoTags: ['example.test/a/image:1.2.3'], Layers: manifest.layers.map(path) },
  ]);
});

test('a layer unpacks with its modes, links and long names; all of it is root’s, at one time', () => {
  const directory = join(root, 'layer');
  mkdirSync(directory);
  const packed = gunzipSync(layers[0]?.data ?? new Uint8Array());
  const listed = execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--full-time', '--utc'], { input: packed });
  const lines = listed.toString().trim().split('\n');
  for (const line of lines) assert.match(line, /^\S+ 0\/0 +\d+ 1970-01-01 00:00:00 /);
  execFileSync('tar', ['-xpf', '-', '-C', directory, '--no-same-owner'], { input: packed });
  assert.equal(readFileSync(join(directory, long), 'utf8'), 'far away');
  assert.equal(readFileSync(join(directory, 'bin/tool'), 'utf8'), 'run me');
  assert.equal(statSync(join(directory, 'usr/bin/tool')).mode & 0o7777, 0o755);
  assert.equal(statSync(join(directory, 'tmp')).mode & 0o7777, 0o1777);
});
