/** Functions of every section that is attached: they are on their hook, or the message says why this kernel has none. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { afterEach, test } from 'node:test';
import type { ProgramRequest } from '../../packages/agent/src/programs/running-program.ts';
import { enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { entriesOf, source, testHost } from './support/user-program.ts';

enterOwnNamespace();
const cgroup = enterOwnCgroup();
const host = testHost();
afterEach(async () => {
  for (const { name } of host.views()) await host.unload(name);
});

function load(section: string, returns = 0, more: Partial<ProgramRequest> = {}) {
  return host.load(source('x', `SEC("${section}") int f(void *ctx) { return ${returns}; }`, more));
}

const EVERYWHERE: readonly (readonly [section: string, returns: number, more?: Partial<ProgramRequest>])[] = [
  ...['tp_btf/kfree_skb', 'raw_tp/kfree_skb', 'raw_tp.w/sys_enter', 'raw_tracepoint/sys_enter'].map(
    (section) => [section, 0] as const,
  ),
  ...['tp/net/netif_receive_skb', 'tracepoint/net/netif_receive_skb', 'iter/tcp'].map(
    (section) => [section, 0] as const,
  ),
  ['uprobe/libc.so.6:malloc', 0],
  ['uretprobe/libc.so.6:malloc', 0],
  ...['cgroup_skb/ingress', 'cgroup/skb', 'cgroup/connect4', 'cgroup/getsockopt', 'cgroup/dev', 'sockops'].map(
    (section) => [section, 1, { cgroup: cgroup.path }] as const,
  ),
  ['tcx/egress', -1, { interface: 'lo' }],
  ['xdp.frags', 2, { interface: 'lo' }],
  ['perf_event', 0, { frequency: 10 }],
];

test('tracepoints, iterators, functions of user space, cgroups and interfaces have their hooks', async () => {
  for (const [section, returns, more] of EVERYWHERE) {
    const view = await load(section, returns, more);
    assert.deepEqual(
      view.hooks.map((hook) => hook.section),
      [section],
    );
    await host.unload('x');
  }
});

/** Where a kernel was built without the hook, its refusal says what to use instead. */
const SOMEWHERE: Readonly<Record<string, RegExp>> = {
  'fentry/tcp_connect': /cannot trace its functions.*tp_btf/,
  'fexit/tcp_connect': /cannot trace its functions.*tp_btf/,
  'fmod_ret/security_file_open': /cannot trace its functions.*tp_btf/,
  'kprobe/tcp_connect': /no kprobes.*tp_btf/,
  'kretprobe/tcp_connect': /no kprobes.*tp_btf/,
  'ksyscall/openat': /no kprobes.*tp_btf/,
  'kprobe.multi/tcp_connect': /(?:cannot trace its functions|CONFIG_FPROBE).*tp_btf/,
  'lsm/file_open': /CONFIG_BPF_LSM/,
};

test('functions of the kernel and security hooks are attached, or refused with what to use instead', async (t) => {
  for (const [section, hint] of Object.entries(SOMEWHERE)) {
    try {
      await load(section);
      await host.unload('x');
      t.diagnostic(`${section} is attached`);
    } catch (error) {
      assert.match(String((error as { hint?: string }).hint), hint, `${section}: ${error}`);
    }
  }
});

test('a hook that is not there is told by its name', async () => {
  const refused: readonly (readonly [string, RegExp, Partial<ProgramRequest>?])[] = [
    ['tp/net/no_such', /tp\/net\/no_such.*ENOENT/],
    ['tp_btf/no_such', /'no_such'.*does not exist in this kernel/],
    ['iter/no_such', /'no_such'.*does not exist in this kernel/],
    ['uprobe//no/where:main', /failed to open \/no\/where/],
    ['uprobe/libc.so.6:no_such', /failed to find symbol 'no_such'/],
    ['usdt/libc.so.6:libc:setjmp', /did you forget to include bpf\/usdt\.bpf\.h/],
    ['cgroup/connect4', /cgroup \/tmp: it is no cgroup v2\. cgroup v2 is mounted at /, { cgroup: '/tmp' }],
    ['tcx/ingress', /interface nolink: .*none of that name/, { interface: 'nolink' }],
  ];
  for (const [section, message, more] of refused) await assert.rejects(load(section, 0, more), { message }, section);
});

const SAMPLER = `
__u64 samples;
SEC("perf_event") int sample(void *ctx) { __sync_fetch_and_add(&samples, 1); return 0; }`;

test('a perf_event function runs on busy CPUs as often as it is told, until it is unloaded', async () => {
  const descriptors = readdirSync('/proc/self/fd').length;
  await host.load(source('x', SAMPLER, { frequency: 500 }));
  const counted = () => entriesOf<string, number>(host, 'x', '.bss')[0]?.[1] ?? 0;
  const began = performance.now();
  /* This thread keeps its CPU busy. */
  while (counted() < 50) assert.ok(performance.now() - began < 15_000, `${counted()} samples`);
  const seconds = (performance.now() - began) / 1000;
  assert.ok(counted() < 2 * 500 * cpus().length * seconds + 50, `${counted()} samples in ${seconds} s`);
  assert.equal(host.view('x').hooks[0]?.target, '500 Hz');
  await host.unload('x');
  assert.equal(readdirSync('/proc/self/fd').length, descriptors);
  await assert.rejects(load('perf_event'), { code: 'NG_ERR_PROGRAM_ATTACH', hint: /--frequency 99/ });
});
