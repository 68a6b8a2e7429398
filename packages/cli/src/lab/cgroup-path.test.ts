import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroup2Mount, kubeletCgroupPath } from './cgroup-path.ts';

const uid = '1f18e6a7-2df9-4cb2-97b4-a53f58a8117e';
const containerId = 'ab'.repeat(32);

test('a burstable pod under the systemd driver has its uid with underscores', () => {
  assert.equal(
    kubeletCgroupPath({ driver: 'systemd', runtime: 'containerd', qos: 'burstable', uid, containerId }),
    `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f18e6a7_2df9_4cb2_97b4_a53f58a8117e.slice/cri-containerd-${containerId}.scope`,
  );
});

test('a guaranteed pod under the systemd driver stands directly below kubepods', () => {
  assert.equal(
    kubeletCgroupPath({ driver: 'systemd', runtime: 'crio', qos: 'guaranteed', uid, containerId }),
    `kubepods.slice/kubepods-pod1f18e6a7_2df9_4cb2_97b4_a53f58a8117e.slice/crio-${containerId}.scope`,
  );
});

test('the cgroupfs driver keeps the uid and has no scope', () => {
  assert.equal(
    kubeletCgroupPath({ driver: 'cgroupfs', runtime: 'containerd', qos: 'besteffort', uid, containerId }),
    `kubepods/besteffort/pod${uid}/${containerId}`,
  );
});

test('the version 2 hierarchy is found in the hybrid and in the unified layout', () => {
  const hybrid = 'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';
  assert.equal(cgroup2Mount(hybrid), '/sys/fs/cgroup/unified');
  assert.equal(cgroup2Mount('cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n'), '/sys/fs/cgroup');
});

test('a host without the version 2 hierarchy is told how to mount it', () => {
  assert.throws(() => cgroup2Mount('cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n'), {
    code: 'NG_ERR_LAB_CGROUP',
    hint: /mount -t cgroup2/,
  });
});
