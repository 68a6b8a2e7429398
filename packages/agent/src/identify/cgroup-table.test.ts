import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CgroupTable } from './cgroup-table.ts';
import type { CgroupDirectory } from './cgroup-tree.ts';

const UID = '1c7f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10';
const ID = '7be92808767a667f35c8505cbf40d14e931ef6db5b0210329cf193b15ba9d605';
const POD_PATH = `/kubepods/burstable/pod${UID}/${ID}`;
const NGINX = '/system.slice/nginx.service';

function table(tree: CgroupDirectory[], options: { capacity?: number; portion?: number } = {}) {
  const changed: number[] = [];
  let read = 0;
  const cgroups = new CgroupTable({
    ...options,
    onChange: (id) => changed.push(id),
    walk: function* () {
      for (const directory of [...tree]) {
        read++;
        yield directory;
      }
    },
  });
  return { cgroups, changed, tree, read: () => read };
}

test('the walk at the start gives every cgroup its owner', () => {
  const { cgroups } = table([
    { id: 1, path: '/' },
    { id: 7, path: POD_PATH },
  ]);
  cgroups.walkAll(1000);
  assert.deepEqual(cgroups.find(7, 1000)?.owner, { kind: 'pod', podUid: UID, containerId: ID, runtime: 'unknown' });
  assert.equal(cgroups.state.entries, 2);
});

test('an event of the kernel makes a cgroup known at once, and tells who cached it', () => {
  const { cgroups, changed } = table([]);
  cgroups.onEvent({ created: true, cgroupId: 9, path: NGINX, timeMs: 5 });
  assert.equal(cgroups.find(9, 5)?.path, NGINX);
  assert.deepEqual(changed, [9]);
});

test('a removed cgroup is kept ten minutes, then forgotten', () => {
  const { cgroups } = table([]);
  cgroups.onEvent({ created: true, cgroupId: 9, path: NGINX, timeMs: 0 });
  cgroups.onEvent({ created: false, cgroupId: 9, path: NGINX, timeMs: 1000 });
  cgroups.advance(600_000);
  assert.equal(cgroups.find(9, 600_000)?.removedAtMs, 1000);
  cgroups.advance(620_000);
  assert.equal(cgroups.state.entries, 0);
});

test('a removal whose creation was lost still names late sockets', () => {
  const { cgroups } = table([]);
  cgroups.onEvent({ created: false, cgroupId: 9, path: NGINX, timeMs: 1000 });
  assert.deepEqual(cgroups.find(9, 1001)?.owner, { kind: 'unit', unit: 'nginx.service' });
});

test('an unknown id is found by one walk', () => {
  const { cgroups, tree } = table([{ id: 1, path: '/' }]);
  cgroups.walkAll(0);
  tree.push({ id: 12, path: NGINX });
  assert.equal(cgroups.find(12, 5000)?.path, NGINX);
  assert.equal(cgroups.state.walks, 2);
});

test('an id that no walk finds is counted once and does not walk again for a minute', () => {
  const { cgroups } = table([{ id: 1, path: '/' }]);
  cgroups.walkAll(0);
  for (let ms = 5000; ms < 20_000; ms += 10) assert.equal(cgroups.find(404, ms), undefined);
  assert.equal(cgroups.state.unresolved, 1);
  assert.equal(cgroups.state.walks, 2);
  cgroups.find(404, 70_000);
  assert.equal(cgroups.state.walks, 3);
  assert.equal(cgroups.state.unresolved, 1);
});

test('many unknown ids make at most one walk a second', () => {
  const { cgroups } = table([{ id: 1, path: '/' }]);
  cgroups.walkAll(0);
  for (let id = 100; id < 1100; id++) cgroups.find(id, 5000 + id / 1000);
  assert.equal(cgroups.state.walks, 2);
  cgroups.advance(6500);
  assert.equal(cgroups.state.walks, 3);
  assert.equal(cgroups.state.unresolved, 1000);
});

test('a look-up reads only a portion of a big tree, and the next ones go on', () => {
  const big = Array.from({ length: 100 }, (_, index) => ({ id: index + 1, path: `/s/${index}.service` }));
  const { cgroups, read } = table(big, { portion: 40 });
  assert.equal(cgroups.find(100, 5000), undefined);
  assert.equal(read(), 40);
  cgroups.advance(5001);
  cgroups.advance(5002);
  assert.equal(cgroups.find(100, 5003)?.path, '/s/99.service');
});

test('a cgroup asked for while a walk is under way is not called missing by that walk', () => {
  const big = Array.from({ length: 100 }, (_, index) => ({ id: index + 1, path: `/s/${index}.service` }));
  const { cgroups, tree } = table(big, { portion: 60 });
  cgroups.find(5000, 5000);
  tree.push({ id: 7000, path: NGINX });
  cgroups.find(7000, 5001);
  assert.equal(cgroups.state.unresolved, 1);
  cgroups.advance(7000);
  cgroups.advance(7001);
  assert.equal(cgroups.find(7000, 7002)?.path, NGINX);
});

test('a removal that no event told of is noticed by the next walk', () => {
  const { cgroups, tree } = table([
    { id: 1, path: '/' },
    { id: 9, path: NGINX },
  ]);
  cgroups.walkAll(0);
  tree.pop();
  cgroups.walkAll(3000);
  assert.equal(cgroups.find(9, 3000)?.removedAtMs, 3000);
  assert.equal(cgroups.find(1, 3000)?.removedAtMs, undefined);
});

test('a path cut by the kernel is completed by a walk and never overwrites the whole one', () => {
  const long = `/system.slice/docker-${ID}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${UID.replaceAll('-', '_')}.slice/cri-containerd-${ID}.scope`;
  const { cgroups } = table([{ id: 9, path: long }]);
  const cut = { created: true, cgroupId: 9, path: long.slice(0, 255), timeMs: 1000 };
  cgroups.onEvent(cut);
  assert.deepEqual(cgroups.find(9, 1000)?.owner, { kind: 'pod', podUid: UID, runtime: 'unknown' });
  cgroups.advance(1001);
  assert.equal(cgroups.find(9, 1001)?.path, long);
  cgroups.onEvent(cut);
  assert.equal(cgroups.find(9, 1002)?.path, long);
});

test('a full table lets go of removed cgroups first and counts it', () => {
  const { cgroups } = table([], { capacity: 3 });
  for (const id of [1, 2, 3]) cgroups.onEvent({ created: true, cgroupId: id, path: `/${id}.service`, timeMs: id });
  cgroups.onEvent({ created: false, cgroupId: 2, path: '/2.service', timeMs: 4 });
  cgroups.onEvent({ created: true, cgroupId: 4, path: '/4.service', timeMs: 5 });
  assert.deepEqual([cgroups.state.entries, cgroups.state.evicted], [3, 1]);
  assert.ok(cgroups.find(1, 6) && cgroups.find(3, 6) && cgroups.find(4, 6));
});

test('cgroup 0 is nobody and starts no walk', () => {
  const { cgroups } = table([]);
  assert.equal(cgroups.find(0, 10_000), undefined);
  assert.equal(cgroups.state.walks, 0);
});
