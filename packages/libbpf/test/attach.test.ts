import assert from 'node:assert/strict';
import { closeSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BpfLink, BpfObject, cgroupQuery, enableProgramStats, openCgroup } from '../src/index.ts';
import { libbpf } from '../src/libbpf.ts';
import { child, kitchenObject, objectFile, run, temporaryBpfFs, temporaryCgroup } from './fixture.ts';

let object: BpfObject;
before(() => {
  object = BpfObject.open(kitchenObject());
  object.setGlobals({ enabled: true });
  object.load();
});
after(() => object.close());

/** Sends `packets` datagrams over lo from inside the cgroup. */
async function sendFrom(cgroup: string, packets: number): Promise<void> {
  const { code, stderr } = await run(process.execPath, [child('send-datagrams'), cgroup, String(packets)]);
  assert.equal(code, 0, stderr);
}

function counted(): number {
  return object.map<number, number>('array').get(0)!;
}

describe('attaching to a cgroup', () => {
  test('counts the packets of its members, and no more once closed', async () => {
    using cgroup = temporaryCgroup();
    object.map('array').clear();
    const link = object.program('count_egress').attachCgroup(cgroup.path);
    assert.deepEqual(link.info(), {
      id: link.id,
      programId: object.program('count_egress').info().id,
      type: 'cgroup',
      cgroupId: statSync(cgroup.path).ino,
      attachType: 'cgroup_inet_egress',
    });
    await sendFrom(cgroup.path, 20);
    assert.equal(counted(), 20);
    link.close();
    link.close();
    assert.throws(() => link.info(), { code: 'LIBBPF_ERR_CLOSED' });
    assert.throws(() => link.fd, { code: 'LIBBPF_ERR_CLOSED' });
    await sendFrom(cgroup.path, 5);
    assert.equal(counted(), 20);
  });

  test('takes a descriptor as well as a path', () => {
    using cgroup = temporaryCgroup();
    const fd = openCgroup(cgroup.path);
    using link = object.program('count_egress').attachCgroup(fd);
    assert.equal(link.info().cgroupId, statSync(cgroup.path).ino);
    closeSync(fd);
    assert.throws(() => openCgroup(join(cgroup.path, 'no')), { code: 'LIBBPF_ERR_NOT_FOUND', errno: 2 });
    assert.throws(() => object.program('count_egress').attachCgroup('/proc'), { code: 'LIBBPF_ERR_ATTACH' });
  });

  test('replaces the program on a link, and detaches', async () => {
    using cgroup = temporaryCgroup();
    object.map('array').clear();
    using link = object.program('count_egress').attachCgroup(cgroup.path);
    link.update(object.program('count_twice'));
    await sendFrom(cgroup.path, 3);
    assert.equal(counted(), 3000);
    link.detach();
    await sendFrom(cgroup.path, 3);
    assert.equal(counted(), 3000);
    assert.throws(() => link.update(object.program('pass')), { code: 'LIBBPF_ERR_ATTACH' });
  });

  test('works without links, the way of old kernels, beside others', async () => {
    using cgroup = temporaryCgroup();
    object.map('array').clear();
    const old = object.program('count_egress').attachCgroup(cgroup.path, { mode: 'attach' });
    using beside = object.program('count_twice').attachCgroup(cgroup.path);
    assert.equal(old.id, 0);
    assert.throws(() => old.info(), { code: 'LIBBPF_ERR_STATE' });
    await sendFrom(cgroup.path, 2);
    assert.equal(counted(), 2002);
    const query = cgroupQuery(cgroup.path, 'cgroup_inet_egress');
    assert.equal(query.multi, true);
    assert.deepEqual(query.programs.map((p) => p.programName).sort(), ['count_egress', 'count_twice']);
    old.close();
    beside.close();
    assert.deepEqual(cgroupQuery(cgroup.path, 'cgroup_inet_egress').programs, []);
  });

  test('names the program that shuts others out, here or above', () => {
    using cgroup = temporaryCgroup();
    const inner = join(cgroup.path, 'inner');
    mkdirSync(inner);
    const fd = openCgroup(cgroup.path);
    const egress = object.program('count_egress').attachType;
    assert.equal(libbpf.bpf_prog_attach(object.program('count_twice').fd, fd, egress, 0), 0);
    const { id } = object.program('count_twice').info();
    for (const target of [cgroup.path, inner, fd]) {
      assert.throws(() => object.program('count_egress').attachCgroup(target), {
        code: 'LIBBPF_ERR_EXCLUSIVE',
        errno: 1,
        message: new RegExp(`count_twice \\(id ${id}\\) is attached to ${cgroup.path} and lets nobody else in`),
      });
    }
    assert.equal(cgroupQuery(fd, egress).multi, false);
    libbpf.bpf_prog_detach2(object.program('count_twice').fd, fd, egress);
    closeSync(fd);
  });

  test('a pinned link lives on, and can be opened again', async () => {
    using cgroup = temporaryCgroup();
    using bpffs = temporaryBpfFs();
    const path = join(bpffs.path, 'link');
    const own = BpfObject.open(kitchenObject());
    own.map('array').reuse(object.map('array'));
    own.load();
    object.map('array').clear();
    own.program('count_egress').attachCgroup(cgroup.path).pin(path);
    own.close();
    await sendFrom(cgroup.path, 2);
    assert.equal(counted(), 2);
    using opened = BpfLink.fromPinned(path);
    assert.equal(opened.info().type, 'cgroup');
    opened.detach();
    await sendFrom(cgroup.path, 2);
    assert.equal(counted(), 2);
    assert.throws(() => BpfLink.fromPinned(join(bpffs.path, 'no')), { code: 'LIBBPF_ERR_PIN', errno: 2 });
  });

  test('closing the object closes its links', () => {
    using cgroup = temporaryCgroup();
    const own = BpfObject.open(kitchenObject());
    own.load();
    const link = own.program('count_egress').attachCgroup(cgroup.path);
    own.close();
    assert.equal(link.closed, true);
    assert.deepEqual(cgroupQuery(cgroup.path, 'cgroup_inet_egress').programs, []);
  });
});

describe('attaching by section', () => {
  test('to tracepoints, with statistics', async () => {
    using stats = enableProgramStats();
    using raw = object.program('raw_enter').attach();
    using typed = object.program('enter').attach();
    assert.deepEqual([raw.info().type, raw.info().target], ['raw_tracepoint', 'sys_enter']);
    assert.deepEqual([typed.info().type, typed.info().target], ['raw_tracepoint', 'sys_enter']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const info = object.program('raw_enter').info();
    assert.ok(info.runCount > 0 && info.runTimeNs > 0, JSON.stringify(info));
    assert.ok((object.getGlobal('runs') as number) > 0);
    stats[Symbol.dispose]();
    raw.close();
  });

  test('says why a program cannot attach by itself', () => {
    assert.throws(() => object.program('emit').attach(), {
      code: 'LIBBPF_ERR_ATTACH',
      message: /attaching program emit to syscall: /,
    });
  });
});

describe('iterators', () => {
  test('over the elements of a map: run discards, read gives what the program wrote', () => {
    const hash = object.map<{ a: number; b: number }, number>('hash');
    for (let key = 0; key < 20_000; key++) hash.set({ a: key, b: key + 1 }, key * 2);
    using iterator = object.program('dump_hash').attachIterator({ map: hash });
    assert.equal(iterator.info().type, 'iter');
    assert.equal(iterator.run(), 20_000 * 16);
    const words = new Uint32Array(iterator.read().buffer);
    assert.equal(words.length, 20_000 * 4);
    for (let at = 0; at < words.length; at += 4) {
      assert.equal(words[at + 1], words[at]! + 1);
      assert.equal(words[at + 2], words[at]! * 2);
    }
    iterator.close();
    assert.throws(() => iterator.run(), { code: 'LIBBPF_ERR_CLOSED' });
    hash.clear();
  });

  test('over the tasks of one process, or of all', () => {
    using own = object.program('dump_tasks').attachIterator({ pid: process.pid });
    const mine = new Set(new Int32Array(own.read().buffer));
    assert.deepEqual([...mine], [process.pid]);
    using every = object.program('dump_tasks').attachIterator();
    assert.ok(new Set(new Int32Array(every.read().buffer)).size > 1);
  });

  test('of a map say when no map is given', () => {
    assert.throws(() => object.program('dump_hash').attachIterator(), { code: 'LIBBPF_ERR_ATTACH' });
  });
});

test('attaching to an interface: tcx and xdp see its packets, a second xdp is told who is there', async () => {
  const { code, stdout, stderr } = await run('unshare', [
    '--net',
    process.execPath,
    child('interfaces'),
    kitchenObject(),
    objectFile('tcx'),
  ]);
  assert.equal(code, 0, stderr);
  const seen = JSON.parse(stdout) as Record<string, unknown>;
  assert.ok((seen.tcx as number) >= 10 && (seen.xdp as number) >= 10, stdout);
  assert.equal(seen.second, 'LIBBPF_ERR_EXCLUSIVE');
  assert.equal(seen.missing, 'LIBBPF_ERR_ATTACH');
  assert.equal(seen.unknown, 'LIBBPF_ERR_NOT_FOUND');
  assert.deepEqual(seen.types, ['tcx tcx_egress', 'xdp undefined']);
  assert.equal(seen.afterClose, 0);
});
