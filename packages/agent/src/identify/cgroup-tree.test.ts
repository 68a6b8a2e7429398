import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseCgroupMount, parseCgroupMounts, walkCgroups } from './cgroup-tree.ts';

const UNIFIED =
  '29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot';
const HYBRID = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;

const root = () => 1;

test('a unified hierarchy is found', () => {
  const mount = chooseCgroupMount(parseCgroupMounts(UNIFIED), root);
  assert.deepEqual(mount, {
    mountPoint: '/sys/fs/cgroup',
    rootInode: 1,
    wholeHost: true,
    prefix: '',
    layout: 'unified',
  });
});

test('in the hybrid layout the v2 tree is the one below unified', () => {
  const mount = chooseCgroupMount(parseCgroupMounts(HYBRID), root);
  assert.equal(mount.mountPoint, '/sys/fs/cgroup/unified');
  assert.equal(mount.layout, 'hybrid');
});

test('a mount whose root is not inode 1 is a subtree, and its place comes before every path', () => {
  const line = '29 22 0:26 /kubepods/burstable/pod1 /sys/fs/cgroup ro - cgroup2 cgroup rw';
  const mount = chooseCgroupMount(parseCgroupMounts(line), () => 4242);
  assert.equal(mount.wholeHost, false);
  assert.equal(mount.rootInode, 4242);
  assert.equal(mount.prefix, '/kubepods/burstable/pod1');
});

test('of two mounts the one of the whole host is taken', () => {
  const both = `29 22 0:26 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n${UNIFIED.replace('/sys/fs/cgroup', '/host/sys/fs/cgroup')}`;
  const mount = chooseCgroupMount(parseCgroupMounts(both), (path) => (path.startsWith('/host') ? 1 : 77));
  assert.equal(mount.mountPoint, '/host/sys/fs/cgroup');
});

test('a root above the own cgroup namespace gives no prefix', () => {
  const mount = chooseCgroupMount(parseCgroupMounts('29 22 0:26 /.. /sys/fs/cgroup ro - cgroup2 cgroup rw'), () => 9);
  assert.equal(mount.prefix, '');
});

test('spaces in a mount point are read', () => {
  const [mount] = parseCgroupMounts('29 22 0:26 / /mnt/c\\040groups rw - cgroup2 none rw');
  assert.equal(mount?.mountPoint, '/mnt/c groups');
});

test('without any cgroup2 mount the error says how to mount it', () => {
  assert.throws(
    () => chooseCgroupMount([], root),
    (error: Error & { code?: string; hint?: string }) =>
      error.code === 'NG_ERR_CGROUP_MOUNT' && /mount -t cgroup2/.test(error.hint ?? ''),
  );
});

test('a configured mount point that is not there is named', () => {
  const missing = () => {
    throw new Error('ENOENT: no such file');
  };
  assert.throws(() => chooseCgroupMount(parseCgroupMounts(UNIFIED), missing, '/nowhere'), /\/nowhere: ENOENT/);
});

test('the walk yields every directory with its inode, parents before children', () => {
  const mountPoint = mkdtempSync(join(tmpdir(), 'netguard-cgroups-'));
  try {
    mkdirSync(join(mountPoint, 'system.slice/nginx.service'), { recursive: true });
    const found = [...walkCgroups({ mountPoint, prefix: '' })];
    assert.deepEqual(
      found.map((directory) => directory.path),
      ['/', '/system.slice', '/system.slice/nginx.service'],
    );
    assert.equal(found[2]?.id, statSync(join(mountPoint, 'system.slice/nginx.service')).ino);
    const [first, second] = walkCgroups({ mountPoint, prefix: '/a/b' });
    assert.deepEqual([first?.path, second?.path], ['/a/b', '/a/b/system.slice']);
  } finally {
    rmSync(mountPoint, { recursive: true });
  }
});

test('a tree that vanishes ends the walk without an error', () => {
  assert.deepEqual([...walkCgroups({ mountPoint: '/nowhere/at/all', prefix: '' })], []);
});
