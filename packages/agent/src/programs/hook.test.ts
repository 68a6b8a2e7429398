import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkBpfLsm } from './bpf-lsm.ts';
import { checkTargets, hookKind } from './hook.ts';
import {
  ATTACHED_BY_ITSELF,
  ATTACHED_TO_CGROUP,
  ATTACHED_TO_CLOCK,
  ATTACHED_TO_INTERFACE,
  REFUSED_SECTIONS,
} from './sections.ts';

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
    ['perf_event', 'clock'],
    ['iter/task', 'iterator'],
    ['iter.s/task', 'iterator'],
    ['lsm/file_open', 'itself'],
    ['fmod_ret/security_file_open', 'itself'],
    ['raw_tp.w/sys_enter', 'itself'],
    ['uprobe//usr/bin/bash:readline', 'itself'],
    ['usdt/libc.so.6:libc:setjmp', 'itself'],
    ['xdp.frags', 'xdp'],
  ])
    assert.equal(hookKind(section!, 'f', 'loading'), kind, section);
});

test('what is not attached here is refused with what to do instead, and so is what is only like a section', () => {
  const all = Object.keys(REFUSED_SECTIONS).flatMap((each) => (each.includes('/') ? [each] : [each, `${each}/x`]));
  for (const section of all) {
    const hint = REFUSED_SECTIONS[section] ?? REFUSED_SECTIONS[section.split('/')[0]!];
    assert.throws(() => hookKind(section, 'f', 'loading x'), { code: 'NG_ERR_PROGRAM_SECTION', hint }, section);
  }
  for (const section of [
    'tp_btf',
    'tp_btf/',
    'iter',
    'cgroup',
    'cgroup_skb',
    'tcx',
    'xdp/x',
    'tracepoitn/x',
    '',
    '/',
    'constructor',
    '__proto__/x',
  ])
    assert.throws(() => hookKind(section, 'f', 'loading x'), { hint: /^Known are / }, section);
  assert.throws(() => hookKind('tp/netif_rx', 'f', 'loading x'), { hint: /tracepoint\/CATEGORY\/NAME/ });
});

test('the page says of every section how it is attached, or what to do instead', () => {
  const page = readFileSync(`${import.meta.dirname}/../../../../docs/reference/programs.md`, 'utf8');
  const [, table = ''] = page.split('## Sections');
  const rows = table
    .slice(0, table.indexOf('\n## '))
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const told = new Map(
    rows.flatMap((row) => {
      const [, names = '', how = ''] = row.split('|');
      return [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, how.trim()] as const);
    }),
  );
  const expected = new Map<string, string>([
    ...ATTACHED_BY_ITSELF.map((family) => [`${family}/…`, 'by itself'] as const),
    ...[...ATTACHED_TO_CGROUP, 'cgroup/…'].map((section) => [section, '`--cgroup`'] as const),
    ...Object.values(ATTACHED_TO_INTERFACE).flatMap((all) => all.map((each) => [each, '`--interface`'] as const)),
    ...ATTACHED_TO_CLOCK.map((section) => [section, '`--frequency`'] as const),
    ...['iter/…', 'iter.s/…'].map((each) => [each, 'run when its maps are read'] as const),
    ...Object.keys(REFUSED_SECTIONS).map((section) => [section, 'refused'] as const),
  ]);
  assert.deepEqual(new Map([...told].sort()), new Map([...expected].sort()));
});

test('an lsm program is taken only where the kernel would call it', () => {
  const hooks = [{ name: 'f', section: 'lsm/file_open' }];
  const refusal = (list: () => string) => () => checkBpfLsm(hooks, 'loading x', list);
  refusal(() => 'capability,landlock,bpf\n')();
  checkBpfLsm([{ name: 'f', section: 'fentry/lsm/x' }], 'loading x', () => '');
  assert.throws(
    refusal(() => 'capability,bpfx\n'),
    {
      code: 'NG_ERR_PROGRAM_ATTACH',
      message: /SEC\("lsm\/file_open"\) of f would never be called: \/sys\/kernel\/security\/lsm says capability,bpfx/,
      hint: /lsm=capability,bpfx,bpf/,
    },
  );
  assert.throws(
    refusal(() => readFileSync('/nowhere', 'utf8')),
    { message: /lsm is not there/, hint: /CONFIG_BPF_LSM and lsm=…,bpf/ },
  );
});

test('a cgroup or an interface is wanted by those that need one, and by nobody else', () => {
  const hook = (kind: 'itself' | 'cgroup' | 'xdp' | 'clock') => ({ kind, name: 'f', section: kind });
  checkTargets([hook('cgroup'), hook('itself')], { cgroup: '/x' }, 'loading');
  checkTargets([hook('xdp')], { interface: 'eth0' }, 'loading');
  for (const [kind, given] of [
    ['cgroup', {}],
    ['xdp', {}],
    ['clock', {}],
    ['itself', { frequency: 99 }],
    ['itself', { cgroup: '/x' }],
    ['cgroup', { cgroup: '/x', interface: 'lo' }],
  ] as const)
    assert.throws(() => checkTargets([hook(kind)], given, 'loading'), { code: 'NG_ERR_PROGRAM_ATTACH' });
});
