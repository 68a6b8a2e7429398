import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTargets, hookKind } from './hook.ts';

test('each section is attached in its way', () => {
  for (const [section, kind] of [
    ['tp_btf/kfree_skb', 'itself'],
    ['raw_tp/sched_switch', 'itself'],
    ['tracepoint/net/netif_rx', 'itself'],
    ['kprobe/tcp_v4_rcv', 'itself'],
    ['kretprobe/tcp_sendmsg', 'itself'],
    ['fentry.s/x', 'itself'],
    ['kprobe.multi/tcp_*', 'itself'],
    ['cgroup_skb/ingress', 'cgroup'],
    ['cgroup/connect4', 'cgroup'],
    ['sockops', 'cgroup'],
    ['tcx/egress', 'tcx'],
    ['xdp', 'xdp'],
    ['iter/task', 'iterator'],
  ])
    assert.equal(hookKind(section!, 'f', 'loading'), kind, section);
});

test('what changes the kernel, or replaces another program, is refused, and so is what is only like a section', () => {
  for (const section of [
    'lsm/file_open',
    'freplace/x',
    'struct_ops',
    'fmod_ret/x',
    'syscall',
    'xdp/devmap',
    'tp_btf',
    'iter/bpf_map_elem',
    'cgroup',
  ])
    assert.throws(() => hookKind(section, 'f', 'loading x'), { code: 'NG_ERR_PROGRAM_SECTION' }, section);
  assert.throws(() => hookKind('classifier', 'f', 'loading x'), { hint: /tcx\/ingress/ });
});

test('a cgroup or an interface is wanted by those that need one, and by nobody else', () => {
  const hook = (kind: 'itself' | 'cgroup' | 'xdp') => ({ kind, name: 'f', section: kind });
  checkTargets([hook('cgroup'), hook('itself')], { cgroup: '/x' }, 'loading');
  checkTargets([hook('xdp')], { interface: 'eth0' }, 'loading');
  for (const [kind, given] of [
    ['cgroup', {}],
    ['xdp', {}],
    ['itself', { cgroup: '/x' }],
    ['cgroup', { cgroup: '/x', interface: 'lo' }],
  ] as const)
    assert.throws(() => checkTargets([hook(kind)], given, 'loading'), { code: 'NG_ERR_PROGRAM_ATTACH' });
});
