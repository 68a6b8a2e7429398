import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import { addressScope, formatAddress, isLoopbackPair, parseAddress } from './address.ts';
import { Cidr } from './cidr.ts';

const canonical: readonly (readonly [text: string, canonical: string])[] = [
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['fe80::', 'fe80::'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['0:0:1::', '0:0:1::'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
];

describe('addresses', () => {
  it('are printed as RFC 5952 says, v4-mapped ones as dotted quads, at any offset', () => {
    for (const [text, expected] of canonical) {
      const bytes = parseAddress(text);
      assert.ok(bytes, text);
      const record = new Uint8Array(40).fill(0xee);
      record.set(bytes, 13);
      assert.equal(formatAddress(record, 13), expected, text);
      assert.equal(formatAddress(record, 13), expected, 'from the cache');
    }
  });

  it('come back from their text, for ten thousand of both families in one small cache', () => {
    for (let index = 0; index < 10_000; index++) {
      const bytes = new Uint8Array(16);
      const isIPv4 = index % 2 === 0;
      for (let at = isIPv4 ? 12 : 0; at < 16; at++)
        bytes[at] = (Math.imul(index + 1, 0x9e3779b1 + at * 77) >>> 9) & (index % 3 ? 255 : 1);
      if (isIPv4) bytes.fill(255, 10, 12);
      const text = formatAddress(bytes, 0);
      assert.ok(isIP(text), text);
      assert.deepEqual(parseAddress(text), bytes, text);
    }
  });

  it('are refused when they are none', () => {
    const wrong = [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '01.2.3.4',
      '1.2.3.',
      '1..2.3',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7::8',
      '12345::',
      'g::',
      'fe80::1%eth0',
      '1.2.3.4::',
      '::1.2.3.4:5',
      ' 1.2.3.4',
      '::ffff:1.2.3.256',
    ];
    for (const text of wrong) assert.equal(parseAddress(text), undefined, text);
  });

  it('reach as far as their ranges say', () => {
    const scopes: Record<string, readonly string[]> = {
      loopback: ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1'],
      private: [
        '10.1.2.3',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        '100.127.255.255',
        'fd00::1',
        '198.18.0.1',
      ],
      'link-local': ['169.254.169.254', 'fe80::1', 'febf::1', '255.255.255.255'],
      multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
      unspecified: ['0.0.0.0', '::'],
      world: [
        '8.8.8.8',
        '172.32.0.1',
        '172.15.0.1',
        '100.63.255.255',
        '100.128.0.1',
        '2001:4860::8888',
        '192.167.1.1',
        '240.0.0.1',
        'nonsense',
      ],
    };
    for (const [scope, addresses] of Object.entries(scopes)) {
      for (const address of addresses) assert.equal(addressScope(address), scope, address);
    }
  });

  it('stay inside a namespace when one end is loopback or both are the same', () => {
    assert.ok(isLoopbackPair('127.0.0.1', '127.0.0.1'));
    assert.ok(isLoopbackPair('10.0.0.1', '10.0.0.1'));
    assert.ok(isLoopbackPair('127.0.0.6', '10.0.0.1'));
    assert.ok(isLoopbackPair('::1', '::1'));
    assert.ok(!isLoopbackPair('10.0.0.1', '10.0.0.2'));
    assert.ok(!isLoopbackPair('12.7.0.1', '10.0.0.2'));
  });
});

describe('a CIDR', () => {
  it('holds the addresses of its own family that share its prefix', () => {
    const range = Cidr.parse('10.244.0.0/20');
    assert.ok(range);
    assert.ok(range.contains('10.244.15.255'));
    assert.ok(!range.contains('10.244.16.0'));
    assert.ok(!range.contains('fd00::1'));
    assert.ok(Cidr.parse('0.0.0.0/0')?.contains('203.0.113.9'));
    assert.ok(!Cidr.parse('::/0')?.contains('203.0.113.9'));
    assert.ok(Cidr.parse('::/0')?.contains('2001:db8::1'));
    assert.ok(Cidr.parse('2001:db8::/33')?.contains('2001:db8:7fff::'));
    assert.ok(!Cidr.parse('2001:db8::/33')?.contains('2001:db8:8000::'));
    assert.ok(Cidr.parse('192.0.2.1')?.contains('192.0.2.1'));
    assert.ok(!Cidr.parse('192.0.2.1')?.contains('192.0.2.2'));
  });

  it('ignores host bits and refuses what is no range', () => {
    assert.ok(Cidr.parse('10.1.2.3/8')?.contains('10.9.9.9'));
    for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', 'x/8', '10.0.0.0/8/8']) {
      assert.equal(Cidr.parse(text), undefined, text);
    }
  });
});
