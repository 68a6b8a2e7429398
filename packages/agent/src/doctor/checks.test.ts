import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CgroupQuery } from '@netguard/libbpf';
import { defaultConfig } from '../config/schema.ts';
import type { CgroupMount } from '../identify/cgroup-tree.ts';
import { cgroupMountCheck, exclusiveProgramCheck } from './cgroup-checks.ts';
import {
  hostPidsCheck,
  libbpfCheck,
  objectsCheck,
  patternSearchCheck,
  portCheck,
  stateDirCheck,
} from './host-checks.ts';
import { btfCheck, kernelCheck, memlockCheck } from './kernel-checks.ts';
import { payloadCheck } from './payload-check.ts';
import { bpfCallCheck, capabilityChecks } from './privilege-checks.ts';
import { programChecks } from './program-checks.ts';

const status = (uid: number, capEff: string, seccomp = 0) =>
  `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapEff:\t${capEff}\nSeccomp:\t${seccomp}\n`;
const ALL = '000001ffffffffff';
/* CAP_NET_ADMIN (12), CAP_PERFMON (38), CAP_BPF (39). */
const THREE = '000000c000001000';
const states = (checks: readonly { status: string }[]) => checks.map((check) => check.status).join(' ');

test('6.1 and newer kernels are well, 5.15 in part, older ones are refused', () => {
  for (const release of ['6.1.0-13-amd64', '6.18.44', '7.0.1', '10.0'])
    assert.equal(kernelCheck(release).status, 'ok', release);
  for (const release of ['5.15.0-91-generic', '5.19.0', '6.0.9'])
    assert.equal(kernelCheck(release).status, 'warn', release);
  for (const release of ['5.14.0-427.el9', '5.4.0', '4.19.0', 'strange'])
    assert.equal(kernelCheck(release).status, 'fail', release);
});

test('payload is no fault either way, and how it is looked into is said', () => {
  const settings = defaultConfig().payload;
  assert.deepEqual(states([payloadCheck(settings), payloadCheck({ ...settings, mode: 'off' })]), 'ok ok');
  assert.match(payloadCheck(settings).detail, /^metadata: .*at most 5000 a second/);
  assert.match(payloadCheck({ ...settings, mode: 'off' }).detail, /^off/);
});

test('each missing capability is named, with what is lost without it', () => {
  assert.equal(states(capabilityChecks(status(65534, THREE))), 'ok ok ok');
  const [bpf, perfmon, netAdmin] = capabilityChecks(status(65534, '0000008000000000'));
  assert.deepEqual([bpf?.status, perfmon?.status, netAdmin?.status], ['ok', 'fail', 'fail']);
  assert.match(perfmon?.lost ?? '', /tracing/);
  assert.match(netAdmin?.fix ?? '', /Run as root/);
});

test('root without its capabilities is told to add them, not to become root', () => {
  const [bpf] = capabilityChecks(status(0, '0000000000000000'));
  assert.match(bpf?.fix ?? '', /securityContext\.capabilities\.add/);
});

test('CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, not for CAP_NET_ADMIN', () => {
  assert.equal(states(capabilityChecks(status(0, '0000000000200000'))), 'ok ok fail');
});

test('an unreadable status means no capabilities', () => {
  assert.equal(states(capabilityChecks('')), 'fail fail fail');
});

test('EPERM is blamed on the capability, on seccomp or on a security module, whichever it is', () => {
  const refused = { ok: false, errno: 1, message: 'EPERM' } as const;
  assert.match(bpfCallCheck(status(1000, '0', 2), refused).detail, /CAP_BPF is missing/);
  assert.match(bpfCallCheck(status(0, THREE, 2), refused).detail, /seccomp profile/);
  assert.match(bpfCallCheck(status(0, THREE, 0), refused).fix, /AppArmor/);
  assert.match(bpfCallCheck(status(0, ALL), { ok: false, errno: 38, message: 'ENOSYS' }).fix, /CONFIG_BPF_SYSCALL/);
  assert.equal(bpfCallCheck(status(0, ALL), { ok: true }).status, 'ok');
});

test('a kernel without BTF is refused', () => {
  assert.deepEqual([btfCheck(true).status, btfCheck(false).status], ['ok', 'fail']);
});

test('the memlock limit matters before 5.11 only', () => {
  const limits =
    'Limit  Soft Limit  Hard Limit  Units\nMax locked memory         65536                65536                bytes\n';
  assert.equal(memlockCheck('6.1.0', limits).status, 'ok');
  assert.equal(memlockCheck('5.10.0', limits).status, 'warn');
  assert.match(memlockCheck('5.10.0', limits).detail, /65536/);
  assert.equal(memlockCheck('5.10.0', limits.replaceAll('65536', 'unlimited')).status, 'ok');
});

test('a missing libbpf names the package, an old one the version', () => {
  assert.match(libbpfCheck(new Error('loading libbpf.so.1: no such file')).fix, /apt-get install libbpf1/);
  assert.equal(libbpfCheck('0.8').status, 'fail');
  assert.equal(libbpfCheck('1.5').status, 'ok');
});

test('missing programs are built or pointed to', () => {
  assert.match(objectsCheck(new Error('looking for the kernel programs in /x')).fix, /npm run build:bpf/);
  assert.equal(objectsCheck('/x').status, 'ok');
});

test('a cgroup mount that is a subtree is said, none at all is refused', () => {
  const mount: CgroupMount = {
    mountPoint: '/sys/fs/cgroup',
    rootInode: 1,
    wholeHost: true,
    prefix: '',
    layout: 'unified',
  };
  assert.equal(cgroupMountCheck(mount).status, 'ok');
  const subtree = cgroupMountCheck({ ...mount, rootInode: 77, wholeHost: false });
  assert.equal(subtree.status, 'warn');
  assert.match(subtree.detail, /watching only this subtree/);
  assert.equal(cgroupMountCheck(new Error('none')).status, 'fail');
});

test('the holder of an exclusive root is named', () => {
  const free: CgroupQuery = { multi: true, flags: 2, programs: [{ programId: 7, programName: 'cilium' }] };
  const held: CgroupQuery = { multi: false, flags: 0, programs: [{ programId: 9, programName: 'greedy' }] };
  assert.equal(exclusiveProgramCheck([free, free]).status, 'ok');
  const check = exclusiveProgramCheck([free, held]);
  assert.deepEqual([check.status, check.required], ['warn', false]);
  assert.match(check.detail, /greedy \(id 9\)/);
  assert.equal(exclusiveProgramCheck([new Error('EPERM')]).status, 'warn');
});

test('what is only better to have is a warning, with what is lost', () => {
  for (const check of [
    hostPidsCheck(false),
    portCheck('127.0.0.1:1', Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })),
    portCheck('10.1.1.1:80', Object.assign(new Error('listen EADDRNOTAVAIL'), { code: 'EADDRNOTAVAIL' })),
    stateDirCheck('/x', new Error('EACCES')),
  ]) {
    assert.equal(check.status, 'warn', check.id);
    assert.ok(check.lost !== '' && check.fix !== '', check.id);
  }
});

test('the self-test reports each program that was refused, and fails when none could be attached', () => {
  const good = { name: 'ng_tcp_state', attached: true };
  const bad = { name: 'ng_packet_in', attached: false, reason: 'EPERM; UDP is not counted' };
  const checks = programChecks([good, bad]);
  assert.equal(states(checks), 'ok warn');
  assert.equal(checks[1]?.detail, 'EPERM; UDP is not counted');
  assert.equal(states(programChecks([bad])), 'fail');
  assert.match(programChecks(new Error('verifier says no'))[0]?.detail ?? '', /verifier/);
});

test('the search of patterns that is in use is named, and what would be faster', () => {
  const vectorscan = patternSearchCheck({ engine: 'vectorscan', note: 'Vectorscan 5.4.11' }, true);
  assert.deepEqual([vectorscan.status, vectorscan.detail], ['ok', 'Vectorscan 5.4.11']);
  const builtIn = { engine: 'built-in', note: 'built-in search: libhs.so.5 is not installed' } as const;
  assert.equal(patternSearchCheck(builtIn, false).status, 'ok');
  const check = patternSearchCheck(builtIn, true);
  assert.deepEqual([check.status, check.required], ['warn', false]);
  assert.match(check.fix, /libvectorscan5/);
});
