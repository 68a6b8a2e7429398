import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CgroupOwner, parseCgroupPath } from './cgroup-path.ts';

const UID = '1c7f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10';
const UID_ = UID.replaceAll('-', '_');
const STATIC_UID = 'a3e7e8b1c2d94f0f8a7b6c5d4e3f2a1b';
const ID = '7be92808767a667f35c8505cbf40d14e931ef6db5b0210329cf193b15ba9d605';
const OTHER_ID = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

const pod = (podUid: string, containerId?: string, runtime = 'unknown') =>
  (containerId ? { kind: 'pod', podUid, containerId, runtime } : { kind: 'pod', podUid, runtime }) as CgroupOwner;
const container = (containerId: string, runtime: string) =>
  ({ kind: 'container', containerId, runtime }) as CgroupOwner;
const unit = (name: string): CgroupOwner => ({ kind: 'unit', unit: name });
const host: CgroupOwner = { kind: 'host' };

const cases: readonly (readonly [what: string, path: string, owner: CgroupOwner])[] = [
  [
    'containerd, systemd driver, burstable',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    pod(UID, ID, 'containerd'),
  ],
  [
    'containerd, systemd driver, best effort',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    pod(UID, ID, 'containerd'),
  ],
  [
    'containerd, systemd driver, guaranteed has no QoS slice',
    `/kubepods.slice/kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    pod(UID, ID, 'containerd'),
  ],
  [
    'CRI-O, systemd driver',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/crio-${ID}.scope`,
    pod(UID, ID, 'cri-o'),
  ],
  [
    'CRI-O with crun puts the payload in a sub-cgroup',
    `/kubepods.slice/kubepods-pod${UID_}.slice/crio-${ID}.scope/container`,
    pod(UID, ID, 'cri-o'),
  ],
  [
    'CRI-O monitor',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/crio-conmon-${ID}.scope`,
    pod(UID, ID, 'cri-o'),
  ],
  [
    'cri-dockerd, systemd driver',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/docker-${ID}.scope`,
    pod(UID, ID, 'docker'),
  ],
  ['the pod slice itself', `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice`, pod(UID)],
  [
    'systemd inside a container',
    `/kubepods.slice/kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope/system.slice/nginx.service`,
    pod(UID, ID, 'containerd'),
  ],
  [
    'init.scope inside a container',
    `/kubepods.slice/kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope/init.scope`,
    pod(UID, ID, 'containerd'),
  ],
  [
    'static pod, systemd driver',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC_UID}.slice/cri-containerd-${ID}.scope`,
    pod(STATIC_UID, ID, 'containerd'),
  ],
  ['cgroupfs driver, burstable', `/kubepods/burstable/pod${UID}/${ID}`, pod(UID, ID)],
  ['cgroupfs driver, best effort', `/kubepods/besteffort/pod${UID}/${ID}`, pod(UID, ID)],
  ['cgroupfs driver, guaranteed', `/kubepods/pod${UID}/${ID}`, pod(UID, ID)],
  ['cgroupfs driver, static pod', `/kubepods/burstable/pod${STATIC_UID}/${ID}`, pod(STATIC_UID, ID)],
  ['cgroupfs driver, sub-cgroup in the container', `/kubepods/burstable/pod${UID}/${ID}/init.scope`, pod(UID, ID)],
  ['cgroupfs driver, CRI-O', `/kubepods/burstable/pod${UID}/crio-${ID}`, pod(UID, ID, 'cri-o')],
  ['cgroupfs driver, CRI-O monitor', `/kubepods/burstable/pod${UID}/crio-conmon-${ID}`, pod(UID, ID, 'cri-o')],
  ['cgroupfs driver, the pod itself', `/kubepods/burstable/pod${UID}`, pod(UID)],
  [
    'kubelet with systemd, containerd with cgroupfs',
    `/system.slice/containerd.service/kubepods-burstable-pod${UID_}.slice:cri-containerd:${ID}`,
    pod(UID, ID, 'containerd'),
  ],
  [
    'kind, systemd driver',
    `/system.slice/docker-${OTHER_ID}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    pod(UID, ID, 'containerd'),
  ],
  ['kind, cgroupfs driver', `/docker/${OTHER_ID}/kubelet/kubepods/besteffort/pod${UID}/${ID}`, pod(UID, ID)],
  [
    'minikube with the docker driver',
    `/docker/${OTHER_ID}/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/docker-${ID}.scope`,
    pod(UID, ID, 'docker'),
  ],
  [
    'kind inside a pod belongs to the outer pod',
    `/kubepods/pod${UID}/${ID}/kubelet/kubepods/besteffort/pod${STATIC_UID}/${OTHER_ID}`,
    pod(UID, ID),
  ],
  [
    'k3s',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    pod(UID, ID, 'containerd'),
  ],
  ['seen from a cgroup namespace', `/../../kubepods/burstable/pod${UID}/${ID}`, pod(UID, ID)],
  ['without a leading slash, with a trailing one', `kubepods/burstable/pod${UID}/${ID}/`, pod(UID, ID)],
  ['docker, systemd driver', `/system.slice/docker-${ID}.scope`, container(ID, 'docker')],
  ['docker, cgroupfs driver', `/docker/${ID}`, container(ID, 'docker')],
  [
    'docker with systemd inside',
    `/system.slice/docker-${ID}.scope/system.slice/kubelet.service`,
    container(ID, 'docker'),
  ],
  [
    'rootless docker',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
    container(ID, 'docker'),
  ],
  ['podman as root', `/machine.slice/libpod-${ID}.scope`, container(ID, 'podman')],
  ['podman payload sub-cgroup', `/machine.slice/libpod-${ID}.scope/container`, container(ID, 'podman')],
  ['podman monitor', `/machine.slice/libpod-conmon-${ID}.scope`, container(ID, 'podman')],
  ['podman, cgroupfs', `/libpod_parent/libpod-${ID}`, container(ID, 'podman')],
  [
    'podman in a pod of its own',
    `/machine.slice/machine-libpod_pod_${OTHER_ID}.slice/libpod-${ID}.scope/container`,
    container(ID, 'podman'),
  ],
  [
    'rootless podman',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`,
    container(ID, 'podman'),
  ],
  ['podman from a systemd unit', `/system.slice/web.service/libpod-payload-${ID}`, container(ID, 'podman')],
  ['nerdctl', `/system.slice/nerdctl-${ID}.scope`, container(ID, 'containerd')],
  ['containerd namespace, cgroupfs', `/default/${ID}`, container(ID, 'unknown')],
  ['nspawn machine', '/machine.slice/machine-build\\x2d01.scope', container('build-01', 'machine')],
  ['nspawn service', '/machine.slice/systemd-nspawn@debian.service/payload', container('debian', 'machine')],
  [
    'libvirt guest',
    '/machine.slice/machine-qemu\\x2d3\\x2ddb.scope/libvirt/emulator',
    container('qemu-3-db', 'machine'),
  ],
  ['LXC payload', '/lxc.payload.gitlab/system.slice/sshd.service', container('gitlab', 'lxc')],
  ['LXC of Proxmox', '/lxc/101/ns', container('101', 'lxc')],
  ['systemd service', '/system.slice/nginx.service', unit('nginx.service')],
  [
    'templated service in a slice',
    '/system.slice/system-postgresql.slice/postgresql@15-main.service',
    unit('postgresql@15-main.service'),
  ],
  ['delegated sub-cgroup', '/system.slice/containerd.service/supervisor', unit('containerd.service')],
  ['login session', '/user.slice/user-1000.slice/session-3.scope', unit('session-3.scope')],
  [
    'user unit, escaped',
    '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome\\x2dterminal-4242.scope',
    unit('app-gnome-terminal-4242.scope'),
  ],
  [
    'user service',
    '/user.slice/user-1000.slice/user@1000.service/app.slice/syncthing.service',
    unit('syncthing.service'),
  ],
  ['user manager', '/user.slice/user-1000.slice/user@1000.service/init.scope', unit('user@1000.service')],
  ['PID 1', '/init.scope', unit('init.scope')],
  ['escaped control characters stay escaped', '/system.slice/a\\x1b\\x5bz.service', unit('a\\x1b\\x5bz.service')],
  ['a kubelet service is a unit, not a pod', '/system.slice/kubelet.service', unit('kubelet.service')],
  ['the root', '/', host],
  ['nothing', '', host],
  ['a slice alone', '/system.slice', host],
  ['kubepods alone', '/kubepods.slice/kubepods-burstable.slice', host],
  ['a directory named pod… without kubepods above it', '/podcasts-and-more', host],
  ['a directory named pod… under something else', `/games/pod${UID}`, host],
  ['a UID too short to be one', '/kubepods/podabc', host],
  ['an id too short to be one', '/docker/7be92808767a', host],
];

for (const [what, path, owner] of cases) {
  test(`${what} is read from its path`, () => assert.deepEqual(parseCgroupPath(path), owner));
}

test('a path as long as the kernel allows is read in linear time', () => {
  const path = `/${`kubepods-pod${'a_'.repeat(40)}-`.repeat(50)}.slice`.repeat(20);
  const start = performance.now();
  parseCgroupPath(path);
  assert.ok(performance.now() - start < 200);
});
