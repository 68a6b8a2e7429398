import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BtfBuilder } from '../test/btf-builder.ts';
import { Btf } from './btf.ts';
import { codecFor, cstring } from './codec.ts';
import type { BpfValue } from './value.ts';

function codecOf(make: (b: BtfBuilder) => number) {
  const builder = new BtfBuilder();
  const id = make(builder);
  return codecFor(Btf.parse(builder.bytes()), id);
}

function roundTrip(make: (b: BtfBuilder) => number, value: BpfValue): BpfValue {
  const codec = codecOf(make);
  const view = new DataView(new ArrayBuffer(codec.size + 16));
  for (let at = 0; at < view.byteLength; at++) view.setUint8(at, 0xaa);
  codec.write(view, 8, value);
  assert.equal(view.getUint8(7), 0xaa, 'nothing is written before');
  assert.equal(view.getUint8(8 + codec.size), 0xaa, 'nothing is written behind');
  return codec.read(view, 8);
}

describe('codecFor', () => {
  test('reads integers as numbers while they are safe, then as bigint', () => {
    const u64 = (b: BtfBuilder) => b.int('__u64', 8);
    const s64 = (b: BtfBuilder) => b.int('__s64', 8, 1);
    assert.equal(roundTrip(u64, 2 ** 53 - 1), 2 ** 53 - 1);
    assert.equal(roundTrip(u64, 2n ** 53n), 2n ** 53n);
    assert.equal(roundTrip(u64, 2n ** 64n - 1n), 2n ** 64n - 1n);
    assert.equal(roundTrip(s64, -(2 ** 53 - 1)), -(2 ** 53 - 1));
    assert.equal(roundTrip(s64, -(2n ** 53n)), -(2n ** 53n));
    assert.equal(roundTrip(s64, -1), -1);
    assert.equal(
      roundTrip((b) => b.int('__int128', 16, 1), -(2n ** 100n)),
      -(2n ** 100n),
    );
    for (const size of [1, 2, 4]) {
      assert.equal(
        roundTrip((b) => b.int('int', size, 1), -1),
        -1,
      );
      assert.equal(
        roundTrip((b) => b.int('unsigned', size), 2 ** (8 * size) - 1),
        2 ** (8 * size) - 1,
      );
    }
  });

  test('refuses integers that do not fit', () => {
    const u8 = codecOf((b) => b.int('__u8', 1));
    const view = new DataView(new ArrayBuffer(1));
    const code = 'LIBBPF_ERR_VALUE';
    assert.throws(() => u8.write(view, 0, 256), { code, message: /256 is outside 0 to 255/ });
    assert.throws(() => u8.write(view, 0, -1n), { code });
    assert.throws(() => u8.write(view, 0, 1.5), { code, message: /not an integer/ });
    assert.throws(() => u8.write(view, 0, 'x'), { code });
  });

  test('knows bool, enum by number and name, floats and pointers', () => {
    assert.equal(
      roundTrip((b) => b.int('_Bool', 1, 4), true),
      true,
    );
    assert.equal(
      roundTrip((b) => b.enumeration('e', { A: 1, B: -2 }, true), 'B'),
      -2,
    );
    assert.equal(
      roundTrip((b) => b.type('float', 16, 4), 0.5),
      0.5,
    );
    assert.equal(
      roundTrip((b) => b.type('double', 16, 8), 0.1),
      0.1,
    );
    assert.equal(
      roundTrip((b) => b.pointer(0), 5n),
      5n,
    );
    assert.throws(() => roundTrip((b) => b.enumeration('e', { OPEN: 1 }), 'OPNE'), {
      message: /enum e has no OPNE.*nearest name is OPEN/,
    });
  });

  test('reads char arrays as strings, byte arrays as bytes, others as arrays', () => {
    const chars = (b: BtfBuilder) => b.array(b.int('char', 1, 1), 8);
    assert.equal(roundTrip(chars, 'né'), 'né');
    assert.equal(roundTrip(chars, '12345678'), '12345678');
    assert.throws(() => roundTrip(chars, '123456789'), { code: 'LIBBPF_ERR_VALUE' });
    assert.deepEqual(
      roundTrip((b) => b.array(b.int('unsigned char', 1), 4), Uint8Array.of(1, 2)),
      Uint8Array.of(1, 2, 0, 0),
    );
    assert.deepEqual(
      roundTrip((b) => b.array(b.int('unsigned short', 2), 3), [1, 2]),
      [1, 2, 0],
    );
    assert.deepEqual(
      roundTrip((b) => b.array(b.array(b.int('int', 4, 1), 2), 2), [[1], [2, 3]]),
      [
        [1, 0],
        [2, 3],
      ],
    );
  });

  test('writes missing members as zero and puts anonymous members in place', () => {
    const make = (b: BtfBuilder): number => {
      const u32 = b.int('__u32', 4);
      const address = b.composite('union', '', 4, [
        ['v4', u32, 0],
        ['bytes', b.array(b.int('__u8', 1), 4), 0],
      ]);
      return b.composite('struct', 'peer', 12, [
        ['id', u32, 0],
        ['', address, 32],
        ['port', u32, 64],
      ]);
    };
    assert.deepEqual(roundTrip(make, { bytes: Uint8Array.of(1, 0, 0, 0), port: 80 }), {
      id: 0,
      v4: 1,
      bytes: Uint8Array.of(1, 0, 0, 0),
      port: 80,
    });
    assert.throws(() => roundTrip(make, { prt: 1 }), {
      message: /struct peer has no member prt. The nearest name is port/,
    });
    assert.throws(() => roundTrip(make, { port: -1 }), { message: /writing port: -1 is outside/ });
  });

  test('packs bit-fields without touching their neighbours', () => {
    const make = (b: BtfBuilder): number => {
      const u32 = b.int('__u32', 4);
      const s32 = b.int('__s32', 4, 1);
      return b.composite('struct', 'flags', 8, [
        ['a', u32, 0, 3],
        ['b', s32, 3, 7],
        ['c', u32, 10, 22],
        ['d', u32, 32],
      ]);
    };
    const value = { a: 5, b: -64, c: 2 ** 22 - 1, d: 7 };
    assert.deepEqual(roundTrip(make, value), value);
    assert.throws(() => roundTrip(make, { b: 64 }), {
      code: 'LIBBPF_ERR_VALUE',
      message: /b: 64 is outside -64 to 63/,
    });
  });
});

test('cstring stops at NUL or the limit, in ASCII, UTF-8 and long', () => {
  const bytes = new TextEncoder().encode(`ab\0cdé\0${'x'.repeat(100)}\0`);
  assert.equal(cstring(bytes), 'ab');
  assert.equal(cstring(bytes, 3), 'cdé');
  assert.equal(cstring(bytes, 3, 1), 'c');
  assert.equal(cstring(bytes, 8), 'x'.repeat(100));
});
