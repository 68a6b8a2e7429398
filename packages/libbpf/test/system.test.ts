import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BpfObject, Btf, bootTimeNs, codecFor, features, ifindexOf, missingCapabilities } from '../src/index.ts';
import { child, kitchenObject, run, temporaryBpfFs, temporaryCgroup } from './fixture.ts';

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const CAPABILITIES = '-all,+bpf,+perfmon,+net_admin';

/** Runs a child as nobody, with these capabilities only. */
function asNobody(capabilities: string, name: string, args: readonly string[]) {
  const flags = [`--inh-caps=${capabilities}`, `--bounding-set=${capabilities}`];
  if (capabilities !== '-all') flags.push(`--ambient-caps=${capabilities}`);
  return run('setpriv', [...NOBODY, ...flags, process.execPath, child(name), ...args]);
}

describe('privileges', () => {
  test('without any, opening works and loading says which are missing', async () => {
    const { code, stdout, stderr } = await asNobody('-all', 'load', [kitchenObject()]);
    assert.equal(code, 0, stderr);
    const error = JSON.parse(stdout) as { opened: boolean; code: string; errno: number; message: string };
    assert.equal(error.opened, true);
    assert.deepEqual([error.code, error.errno], ['LIBBPF_ERR_PRIVILEGE', 1]);
    assert.match(
      error.message,
      /loading .*kitchen.bpf.o: EPERM .*needs CAP_BPF, CAP_PERFMON \(and CAP_NET_ADMIN.*lacks CAP_BPF, CAP_PERFMON/,
    );
    assert.equal(stderr, '', 'libbpf prints nothing');
  });

  test('with CAP_BPF alone the error tells of the others', async () => {
    const { code, stdout, stderr } = await asNobody('-all,+bpf', 'load', [kitchenObject()]);
    assert.equal(code, 0, stderr);
    const error = JSON.parse(stdout) as { code: string; message: string };
    assert.match(error.code, /LIBBPF_ERR_(PRIVILEGE|VERIFIER)/);
    assert.match(error.message, /CAP_PERFMON/);
  });

  test('three capabilities are enough to load, attach, iterate and read rings', async () => {
    using cgroup = temporaryCgroup();
    const { code, stdout, stderr } = await asNobody(CAPABILITIES, 'everything', [kitchenObject(), cgroup.path]);
    assert.equal(code, 0, stderr);
    const seen = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(seen, {
      records: 10,
      hash: 1,
      rows: 16,
      link: 'cgroup',
      tracepoint: 'raw_tracepoint',
      stats: 'LIBBPF_ERR_PRIVILEGE',
    });
  });

  test('without CAP_NET_ADMIN loading an xdp program, and attaching to a cgroup, name it', async () => {
    using cgroup = temporaryCgroup();
    const capabilities = '-all,+bpf,+perfmon';
    const loading = await asNobody(capabilities, 'load', [kitchenObject()]);
    assert.match(loading.stdout, /LIBBPF_ERR_PRIVILEGE.*loading .*lacks CAP_NET_ADMIN/);
    const attaching = await asNobody(capabilities, 'everything', [kitchenObject(), cgroup.path, 'pass']);
    assert.match(attaching.stderr, /attaching program count_egress to cgroup .*lacks CAP_NET_ADMIN/);
  });

  test('root lacks nothing', () => {
    assert.deepEqual(missingCapabilities(['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN']), []);
  });
});

describe('libbpf itself', () => {
  test('when it is missing the error names the packages to install', async () => {
    const env = { LIBBPF_LIBRARY: '/nowhere/libbpf.so.1' };
    const { code, stdout, stderr } = await run(process.execPath, [child('load'), kitchenObject()], env);
    assert.equal(code, 0, stderr);
    const error = JSON.parse(stdout) as { code: string; message: string };
    assert.equal(error.code, 'LIBBPF_ERR_LIBRARY');
    assert.match(error.message, /\/nowhere\/libbpf\.so\.1: .*Install libbpf 1\.x \(Debian.*libbpf1/);
  });

  test('when it lacks one function only that call says so', async () => {
    // The C library stands in for a libbpf that has none of the functions.
    const { code, stdout, stderr } = await run(process.execPath, [child('load'), kitchenObject()], {
      LIBBPF_LIBRARY: 'libc.so.6',
    });
    assert.equal(code, 0, stderr);
    const error = JSON.parse(stdout) as { code: string; message: string };
    assert.equal(error.code, 'LIBBPF_ERR_VERSION');
    assert.match(
      error.message,
      /calling libbpf_set_print\(\): the installed libbpf does not have it. Install libbpf 1\.0 or newer/,
    );
  });

  test('features: version, types, helpers', () => {
    assert.match(features.libbpfVersion(), /^\d+\.\d+/);
    assert.equal(features.hasVmlinuxBtf(), true);
    assert.ok(features.cpuCount() >= 1);
    assert.equal(features.probeProgramType('cgroup_skb'), true);
    assert.equal(features.probeProgramType('BPF_PROG_TYPE_XDP'), true);
    assert.equal(features.probeMapType('ringbuf'), true);
    assert.equal(features.probeMapType('BPF_MAP_TYPE_HASH'), true);
    assert.equal(features.probeHelper('cgroup_skb', 'sk_storage_get'), true);
    assert.equal(features.probeHelper('xdp', 'BPF_FUNC_sk_storage_get'), false);
    assert.equal(features.probeHelper('xdp', 'no_such_helper'), false);
    assert.throws(() => features.probeMapType('ringbuff'), {
      code: 'LIBBPF_ERR_NOT_FOUND',
      message: /nearest is ringbuf/,
    });
  });
});

test('bootTimeNs is the clock of /proc/uptime', () => {
  const uptimeNs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1e9;
  assert.ok(Math.abs(bootTimeNs() - uptimeNs) < 1e9);
  const earlier = bootTimeNs();
  assert.ok(bootTimeNs() >= earlier);
});

test('ifindexOf finds lo', () => {
  assert.equal(ifindexOf('lo'), 1);
});

test('the types of the running kernel open in under 100 ms of processor time', () => {
  // Not wall-clock time: other tests share the processors.
  const times = Array.from({ length: 8 }, () => {
    const started = process.cpuUsage();
    const btf = Btf.fromFile('/sys/kernel/btf/vmlinux');
    btf.layout('tcp_sock');
    assert.ok(btf.typeCount > 50_000);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  assert.ok(Math.min(...times) < 100, String(times));
});

test('the layouts of the running kernel are self-consistent', () => {
  const btf = Btf.fromFile('/sys/kernel/btf/vmlinux');
  const sock = btf.layout('tcp_sock');
  for (const member of sock.members)
    assert.ok(member.byteOffset + member.size <= sock.size || member.bitSize > 0, member.name);
  assert.equal(codecFor(btf, btf.layout('bpf_prog_info').id).size, btf.layout('bpf_prog_info').size);
  assert.equal(btf.enumValues('bpf_map_type').get('BPF_MAP_TYPE_RINGBUF'), 27);
  assert.ok((btf.funcProto('btf_trace_kfree_skb')?.parameters.length ?? 0) >= 4);
});

test('fixture types are read by us as by libbpf', () => {
  using object = BpfObject.open(kitchenObject());
  const file = Btf.fromFile(kitchenObject());
  assert.deepEqual(file.layout('record'), object.btf!.layout('record'));
});

describe('threads', () => {
  function worker(mode: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const thread = new Worker(child('worker'), { workerData: { object: kitchenObject(), mode } });
      thread.on('message', resolve);
      thread.on('error', reject);
      thread.on('exit', (code) => (code === 0 ? undefined : reject(new Error(`exit ${code}`))));
    });
  }

  test('two Workers and the main thread load, attach, fail and read rings at the same time', async () => {
    const threads = [worker('load'), worker('load')];
    for (let round = 0; round < 4; round++) {
      using object = BpfObject.open(kitchenObject());
      object.load();
      assert.throws(() => object.program('emit').attach(), { code: 'LIBBPF_ERR_ATTACH', message: /syscall/ });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(await Promise.all(threads), ['400', '400']);
  });

  test('a Worker that is terminated while it loads leaves the others working', async () => {
    for (let round = 0; round < 3; round++) {
      const thread = new Worker(child('worker'), { workerData: { object: kitchenObject(), mode: 'forever' } });
      await new Promise((resolve) => thread.once('message', resolve));
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 15));
      await thread.terminate();
      using object = BpfObject.open(kitchenObject());
      object.load();
    }
  });
});

test('a program can be pinned and found by its pin', () => {
  using bpffs = temporaryBpfFs();
  using object = BpfObject.open(kitchenObject());
  object.load();
  object.program('pass').pin(`${bpffs.path}/pass`);
  object.program('pass').unpin(`${bpffs.path}/pass`);
});
