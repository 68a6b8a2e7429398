import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BpfError, BpfObject } from '../src/index.ts';
import { compile, kitchenObject, workDirectory } from './fixture.ts';

const packet = new Uint8Array(64);

/** Compiles `body` after the usual includes. */
function objectOf(name: string, body: string): string {
  const source = join(workDirectory, `${name}.c`);
  writeFileSync(
    source,
    `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n${body}\nchar LICENSE[] SEC("license") = "GPL";\n`,
  );
  return compile(source, name);
}

describe('BpfObject', () => {
  test('shows maps and programs before it is loaded', () => {
    using object = BpfObject.open(kitchenObject());
    assert.equal(object.name, 'kitchen');
    assert.equal(object.map('hash').maxEntries, 65536);
    assert.deepEqual([object.map('records').keySize, object.map('records').valueSize], [4, 64]);
    assert.equal(object.program('pass').section, 'xdp');
    assert.equal(object.program('pass').autoload, true);
    assert.ok(object.btf?.findByName('record', 'struct'));
  });

  test('sets constants and variables before load, and programs see them', () => {
    using object = BpfObject.open(kitchenObject());
    object.setGlobals({ scale: 3, big: 2n ** 60n, enabled: true, range: { low: 5, high: 6 }, total: 10 });
    object.load();
    assert.equal(object.program('pass').testRun({ data: packet, repeat: 4 }).retval, 1, 'enabled: XDP_DROP');
    assert.equal(object.getGlobal('total'), 10 + 4 * 3);
    assert.equal(object.getGlobal('runs'), 4);
    assert.equal(object.getGlobal('big'), 2n ** 60n);
    assert.deepEqual(object.getGlobal('range'), { low: 5, high: 6 });
  });

  test('lists the variables with section and type', () => {
    using object = BpfObject.open(kitchenObject());
    const before = object.globals;
    const one = (name: string) => before.find((variable) => variable.name === name);
    assert.deepEqual([one('total')?.section, one('total')?.constant], ['.data', false]);
    assert.deepEqual([one('runs')?.section, one('scale')?.constant], ['.bss', true]);
    assert.equal(object.btf?.sizeOf(one('range')?.typeId ?? 0), 4);
    object.load();
    assert.deepEqual(object.globals, before);
  });

  test('sets variables after load, but not constants', () => {
    using object = BpfObject.open(kitchenObject());
    object.load();
    object.setGlobals({ total: 100 });
    object.program('pass').testRun({ data: packet });
    assert.equal(object.getGlobal('total'), 101);
    assert.throws(() => object.setGlobals({ scale: 2 }), { code: 'LIBBPF_ERR_STATE', message: /before load/ });
  });

  test('names the nearest when a name is unknown', () => {
    using object = BpfObject.open(kitchenObject());
    const code = 'LIBBPF_ERR_NOT_FOUND';
    assert.throws(() => object.setGlobals({ scael: 1 }), { code, message: /it has .*scale.*nearest name is scale/ });
    assert.throws(() => object.map('hsh'), { code, message: /it has array, .*nearest name is hash/ });
    assert.throws(() => object.program('psas'), { code, message: /nearest name is pass/ });
  });

  test('refuses values that do not fit their variable', () => {
    using object = BpfObject.open(kitchenObject());
    assert.throws(() => object.setGlobals({ scale: 2 ** 32 }), {
      code: 'LIBBPF_ERR_VALUE',
      message: /scale.*4294967296 is outside/,
    });
  });

  test('says why a file cannot be opened', () => {
    assert.throws(() => BpfObject.open('/nowhere/x.bpf.o'), {
      code: 'LIBBPF_ERR_OPEN',
      errno: 2,
      message: /nowhere.*No such file/,
    });
    const text = join(workDirectory, 'text.o');
    writeFileSync(text, 'not ELF');
    assert.throws(() => BpfObject.open(text), { code: 'LIBBPF_ERR_OPEN', message: /text\.o/ });
  });

  test('puts the verifier’s last useful line in the message and its whole log beside it', () => {
    const path = objectOf('bad', 'SEC("xdp") int bad(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }');
    using object = BpfObject.open(path);
    assert.throws(
      () => object.load(),
      (error: unknown) => {
        assert.ok(error instanceof BpfError);
        assert.equal(error.code, 'LIBBPF_ERR_VERIFIER');
        assert.match(error.message, /rejected program bad: .*(access to packet|mem access)/);
        assert.match(error.verifierLog ?? '', /processed \d+ insns/);
        assert.match(error.verifierLog ?? '', /BEGIN PROG LOAD LOG/);
        return true;
      },
    );
    assert.throws(() => object.load(), { code: 'LIBBPF_ERR_STATE', message: /earlier load was refused/ });
  });

  test('gives verifier logs longer than 64 KiB whole', () => {
    const body = `SEC("xdp") int long_one(struct xdp_md *ctx) { volatile int x = 0;
      ${'x += ctx->rx_queue_index;\n'.repeat(1500)}
      return *(int *)(long)(ctx->data + x); }`;
    using object = BpfObject.open(objectOf('long', body));
    assert.throws(
      () => object.load(),
      (error: unknown) => {
        assert.ok(error instanceof BpfError && error.verifierLog);
        assert.ok(error.verifierLog.length > 65536, String(error.verifierLog.length));
        assert.match(error.verifierLog, /END PROG LOAD LOG/);
        return true;
      },
    );
  });

  test('tells a missing attach target from other refusals, and loads without that program', () => {
    const path = objectOf(
      'missing',
      'SEC("tp_btf/no_such_event") int miss(void *ctx) { return 0; }\nSEC("xdp") int ok(void *ctx) { return 2; }',
    );
    const error = { code: 'LIBBPF_ERR_LOAD', message: /no_such_event.*autoload/ };
    using object = BpfObject.open(path);
    assert.throws(() => object.load(), error);
    using second = BpfObject.open(path);
    second.program('miss').autoload = false;
    second.load();
    assert.equal(second.program('ok').testRun({ data: packet }).retval, 2);
    assert.throws(() => second.program('miss').fd, { code: 'LIBBPF_ERR_STATE', message: /not loaded/ });
  });

  test('keeps the verifier’s log of a successful load when asked to', () => {
    using object = BpfObject.open(objectOf('fine', 'SEC("xdp") int fine(void *ctx) { return 2; }'), {
      kernelLogLevel: 1,
    });
    object.load();
    assert.match(object.log, /prog 'fine'.*\n[\s\S]*processed \d+ insns/);
  });

  test('says that it is not loaded yet, loaded already, or closed', () => {
    const object = BpfObject.open(kitchenObject());
    const hash = object.map<{ a: number; b: number }, number>('hash');
    const pass = object.program('pass');
    assert.throws(() => hash.get({ a: 1, b: 1 }), {
      code: 'LIBBPF_ERR_STATE',
      message: /reading map hash.*not loaded/,
    });
    assert.throws(() => pass.testRun({ data: packet }), { code: 'LIBBPF_ERR_STATE' });
    object.load();
    assert.throws(() => object.load(), { code: 'LIBBPF_ERR_STATE', message: /loaded already/ });
    assert.throws(
      () => {
        hash.maxEntries = 5;
      },
      { code: 'LIBBPF_ERR_STATE' },
    );
    assert.throws(
      () => {
        pass.autoload = false;
      },
      { code: 'LIBBPF_ERR_STATE' },
    );
    assert.throws(() => hash.close(), { code: 'LIBBPF_ERR_STATE', message: /belongs to object kitchen/ });
    object.close();
    object.close();
    const closed = { code: 'LIBBPF_ERR_CLOSED', message: /kitchen was closed|it was closed/ };
    assert.throws(() => hash.get({ a: 1, b: 1 }), closed);
    assert.throws(() => hash.fd, closed);
    assert.throws(() => pass.testRun(), closed);
    assert.throws(() => pass.autoload, closed);
    assert.throws(() => pass.attach(), closed);
    assert.throws(() => object.load(), closed);
    assert.throws(() => object.getGlobal('runs'), closed);
    assert.throws(() => object.setGlobals({ total: 1 }), closed);
  });

  test('tells of a program what the kernel knows', () => {
    using object = BpfObject.open(kitchenObject());
    object.load();
    const info = object.program('count_egress').info();
    assert.equal(info.name, 'count_egress');
    assert.match(info.tag, /^[0-9a-f]{16}$/);
    assert.ok(info.id > 0 && info.loadedInsns > 5 && info.jitedBytes > 20 && info.verifiedInsns > 5);
    assert.equal(info.recursionMisses, 0);
  });

  test('test-runs a program on a packet and gives the packet back', () => {
    using object = BpfObject.open(kitchenObject());
    object.load();
    const data = packet.map((_, index) => index);
    const result = object.program('pass').testRun({ data });
    assert.deepEqual(result.dataOut, data);
    assert.equal(result.retval, 2);
    assert.throws(() => object.program('pass').testRun({ data: new Uint8Array(3) }), {
      code: 'LIBBPF_ERR_SYSTEM',
      errno: 22,
    });
  });
});
