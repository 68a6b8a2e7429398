import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BtfBuilder, elfWith } from '../test/btf-builder.ts';
import { Btf } from './btf.ts';

function sample() {
  const b = new BtfBuilder();
  const u32 = b.int('unsigned int', 4);
  const long = b.int('long', 8, 1);
  const char = b.int('char', 1, 1);
  const be16 = b.typedef('__be16', b.typedef('__u16', b.int('unsigned short', 2)));
  const name = b.array(char, 16);
  const anonymous = b.composite('union', '', 4, [
    ['v4', u32, 0],
    ['first', char, 0],
  ]);
  const flow = b.composite('struct', 'flow', 32, [
    ['comm', name, 0],
    ['port', be16, 128],
    ['', anonymous, 160],
    ['at', long, 192],
  ]);
  const bits = b.composite('struct', 'bits', 4, [
    ['low', u32, 0, 3],
    ['high', u32, 3, 29],
  ]);
  const proto = b.funcProto(u32, [
    ['flow', b.pointer(b.type('', 10, flow))],
    ['reason', u32],
  ]);
  b.type('handle', 12, proto, [], 1);
  b.enumeration('state', { OPEN: 1, CLOSED: -1 }, true);
  b.enumeration64('wide', { SMALL: 1n, LARGE: 2n ** 63n });
  const variable = b.type('limit', 14, u32, [1]);
  b.type('.rodata', 15, 4, [variable, 0, 4], 1);
  b.type('forward', 7, 0, [], 0, 1);
  b.type('double', 16, 8);
  b.type('tag', 17, flow, [0xffffffff]);
  return { btf: Btf.parse(b.bytes()), ids: { u32, flow, bits, be16, name } };
}

describe('Btf', () => {
  test('finds types by name and kind and gives their layout', () => {
    const { btf, ids } = sample();
    const flow = btf.getByName('flow', 'struct');
    assert.equal(flow.id, ids.flow);
    assert.equal(flow.size, 32);
    assert.deepEqual(
      flow.members.map(({ name, byteOffset, size }) => [name, byteOffset, size]),
      [
        ['comm', 0, 16],
        ['port', 16, 2],
        ['', 20, 4],
        ['at', 24, 8],
      ],
    );
    assert.equal(btf.findByName('flow', 'union'), undefined);
    assert.equal(btf.findByName('flo'), undefined);
    assert.deepEqual(btf.layout('flow'), btf.layout(ids.flow));
  });

  test('gives offsets and widths of bit-fields', () => {
    const { members } = sample().btf.layout('bits');
    assert.deepEqual(members[1], { name: 'high', type: 1, byteOffset: 0, bitOffset: 3, bitSize: 29, size: 4 });
  });

  test('follows typedefs and qualifiers', () => {
    const { btf, ids } = sample();
    const resolved = btf.resolve(ids.be16);
    assert.equal(resolved.kind, 'int');
    assert.equal(btf.sizeOf(ids.be16), 2);
    assert.equal(btf.sizeOf(ids.name), 16);
  });

  test('reads enums, signed and 64 bits wide', () => {
    const { btf } = sample();
    assert.deepEqual(
      [...btf.enumValues('state')],
      [
        ['OPEN', 1],
        ['CLOSED', -1],
      ],
    );
    assert.deepEqual(
      [...btf.enumValues('wide')],
      [
        ['SMALL', 1],
        ['LARGE', 2n ** 63n],
      ],
    );
  });

  test('reads functions, variables, sections and tags', () => {
    const { btf, ids } = sample();
    assert.deepEqual(
      btf.funcProto('handle')?.parameters.map((p) => p.name),
      ['flow', 'reason'],
    );
    const section = btf.getByName('.rodata', 'datasec');
    assert.equal(btf.typeById(section.variables[0]!.typeId).name, 'limit');
    assert.deepEqual(btf.getByName('tag', 'decl_tag'), {
      kind: 'decl_tag',
      id: 21,
      name: 'tag',
      typeId: ids.flow,
      componentIndex: -1,
    });
    assert.equal(btf.getByName('forward', 'fwd').union, true);
  });

  test('lists names by kind', () => {
    assert.deepEqual([...sample().btf.names('struct')], ['flow', 'bits']);
  });

  test('names the nearest when a name is not there', () => {
    assert.throws(() => sample().btf.getByName('flw', 'struct'), {
      code: 'LIBBPF_ERR_NOT_FOUND',
      message: /nearest name is flow/,
    });
  });

  test('is read out of an ELF file', () => {
    const b = new BtfBuilder();
    b.int('int', 4, 1);
    assert.equal(
      Btf.parse(elfWith({ '.text': new Uint8Array(3), '.BTF': b.bytes() })).getByName('int', 'int').signed,
      true,
    );
    assert.throws(() => Btf.parse(elfWith({})), { code: 'LIBBPF_ERR_BTF', message: /compile with -g/ });
  });

  test('refuses what is not BTF, cut short, or refers to itself', () => {
    const code = 'LIBBPF_ERR_BTF';
    assert.throws(() => Btf.parse(new Uint8Array(100)), { code, message: /magic/ });
    assert.throws(() => Btf.parse(new Uint8Array(2)), { code });
    const whole = sampleBytes();
    for (let length = 24; length < whole.length; length += 7)
      assert.throws(() => Btf.parse(whole.subarray(0, length)), { code });
    const loop = new BtfBuilder();
    loop.typedef('me', 1);
    assert.throws(() => Btf.parse(loop.bytes()).resolve(1), { code, message: /itself/ });
    assert.throws(() => Btf.parse(loop.bytes()).sizeOf(1), { code, message: /itself/ });
    assert.throws(() => Btf.parse(whole).typeById(9999), { code, message: /9999 does not exist/ });
    const future = new BtfBuilder();
    future.type('new', 25, 0);
    assert.throws(() => Btf.parse(future.bytes()), { code, message: /newer than this parser/ });
  });

  test('a broken file never does worse than a BpfError', () => {
    const whole = sampleBytes();
    let seed = 7;
    for (let round = 0; round < 500; round++) {
      const bytes = whole.slice();
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      bytes[24 + (seed % (bytes.length - 24))] = seed >>> 8;
      try {
        const btf = Btf.parse(bytes);
        for (let id = 0; id < btf.typeCount; id++) btf.typeById(id);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'LIBBPF_ERR_BTF', String(error));
      }
    }
  });
});

function sampleBytes(): Uint8Array {
  const b = new BtfBuilder();
  const u32 = b.int('unsigned int', 4);
  b.composite('struct', 'pair', 8, [
    ['a', u32, 0],
    ['b', b.array(u32, 1), 32],
  ]);
  b.enumeration('state', { A: 1 });
  return b.bytes();
}
