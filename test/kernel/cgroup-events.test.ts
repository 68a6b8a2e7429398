/** Cgroups that come and go are told with the id that sockets carry. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCgroupMounts } from '../../packages/agent/src/identify/cgroup-tree.ts';
import { cgroupRoot } from './support/own-cgroup.ts';
import { Watch } from './support/watch.ts';

const NAME = `netguard-test-events-${process.pid}`;

function eventsOf(watch: Watch, path: string) {
  return watch.cgroups.filter((event) => event.path === path).map(({ id, created }) => ({ id, created }));
}

/** Makes the directories, tells their inodes, and removes them again. */
function makeAndRemove(...directories: string[]): number[] {
  for (const directory of directories) mkdirSync(directory);
  const ids = directories.map((directory) => statSync(directory).ino);
  for (const directory of directories.reverse()) rmdirSync(directory);
  return ids;
}

test('a cgroup comes and goes with its path and the inode of its directory', async () => {
  await using watch = new Watch();
  const began = Date.now();
  const [parent, child] = makeAndRemove(join(cgroupRoot, NAME), join(cgroupRoot, NAME, 'container'));
  watch.source.drain();
  assert.deepEqual(eventsOf(watch, `/${NAME}`), [
    { id: parent, created: true },
    { id: parent, created: false },
  ]);
  assert.deepEqual(eventsOf(watch, `/${NAME}/container`), [
    { id: child, created: true },
    { id: child, created: false },
  ]);
  const times = watch.cgroups.filter((event) => event.path.startsWith(`/${NAME}`)).map((event) => event.timeMs);
  assert.ok(times.every((time) => Math.abs(time - began) < 5000));
});

test('hierarchies of version 1 are left out, whose ids collide with ours', async (t) => {
  const v1 = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8')).filter((mount) => mount.type === 'cgroup');
  await using watch = new Watch();
  if (v1.length === 0) t.diagnostic('this host has none');
  for (const { mountPoint } of v1) makeAndRemove(join(mountPoint, NAME));
  makeAndRemove(join(cgroupRoot, `${NAME}-end`));
  watch.source.drain();
  assert.equal(eventsOf(watch, `/${NAME}`).length, 0);
  assert.equal(eventsOf(watch, `/${NAME}-end`).length, 2, 'while the others are told');
});

test('a thousand cgroups in a row are all told', async () => {
  await using watch = new Watch();
  for (let i = 0; i < 1000; i++) makeAndRemove(join(cgroupRoot, `${NAME}-${i}`));
  watch.source.drain();
  const mine = watch.cgroups.filter((event) => event.path.startsWith(`/${NAME}-`));
  assert.equal(mine.length, 2000);
  assert.equal(watch.source.lost().cgroup_ring, undefined);
});

test('a path is cut at 255 bytes', async () => {
  await using watch = new Watch();
  const long = join(cgroupRoot, NAME, 'a'.repeat(150), 'b'.repeat(150));
  const [, , id] = makeAndRemove(join(cgroupRoot, NAME), join(cgroupRoot, NAME, 'a'.repeat(150)), long);
  watch.source.drain();
  const cut = long.slice(cgroupRoot.length, cgroupRoot.length + 255);
  assert.deepEqual(eventsOf(watch, cut), [
    { id, created: true },
    { id, created: false },
  ]);
});
