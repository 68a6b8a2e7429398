import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Ja4Input, ja4 } from './ja4.ts';

const numbers = (text: string): number[] => text.split(',').map((word) => Number.parseInt(word, 16));

/** The example of the specification (FoxIO, technical_details/JA4.md), with GREASE put in where clients do. */
const EXAMPLE: Ja4Input = {
  version: 0x0303,
  supportedVersions: [0x3a3a, 0x0304, 0x0303],
  ciphers: numbers('8a8a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035'),
  extensions: numbers('2a2a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015'),
  signatureAlgorithms: numbers('0403,0804,0401,0503,0805,0501,0806,0601'),
  alpn: ['h2', 'http/1.1'],
};

const alpnOf = (...bytes: number[]): string =>
  ja4({ ...EXAMPLE, alpn: [String.fromCharCode(...bytes)] }, 't').slice(8, 10);

describe('JA4', () => {
  it('is the one of the specification', () => {
    assert.equal(ja4(EXAMPLE, 't'), 't13d1516h2_8daaf6152771_e5627efa2ab1');
    assert.equal(ja4(EXAMPLE, 'q'), 'q13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  it('ends without an underscore where there are no signature algorithms', () => {
    assert.equal(ja4({ ...EXAMPLE, signatureAlgorithms: [] }, 't'), 't13d1516h2_8daaf6152771_6d807ffa2a79');
  });

  it('does not hash nothing', () => {
    const empty = {
      version: 0x0303,
      supportedVersions: [],
      ciphers: [],
      extensions: [],
      signatureAlgorithms: [],
      alpn: [],
    };
    assert.equal(ja4(empty, 't'), 't12i000000_000000000000_000000000000');
    const named = { ...empty, extensions: [0, 16], alpn: ['h2'], signatureAlgorithms: [0x0403] };
    assert.equal(ja4(named, 't'), 't12d0002h2_000000000000_000000000000');
  });

  it('is of an address without a server name, and counts name and ALPN as extensions', () => {
    const extensions = EXAMPLE.extensions.filter((type) => type !== 0);
    assert.equal(ja4({ ...EXAMPLE, extensions }, 't'), 't13i1515h2_8daaf6152771_e5627efa2ab1');
  });

  it('takes the highest version offered, else the field', () => {
    const version = (value: number, supportedVersions: number[] = []) =>
      ja4({ ...EXAMPLE, version: value, supportedVersions }, 't').slice(1, 3);
    assert.deepEqual(
      [0x0304, 0x0303, 0x0302, 0x0301, 0x0300, 0x0002, 0x0305].map((value) => version(value)),
      ['13', '12', '11', '10', 's3', 's2', '00'],
    );
    assert.equal(version(0x0301, [0x0302, 0x0303, 0x6a6a]), '12');
    assert.equal(version(0x0303, [0x6a6a]), '12');
  });

  it('counts to 99', () => {
    const many = Array.from({ length: 120 }, (_, index) => 0x2000 + index);
    assert.equal(ja4({ ...EXAMPLE, ciphers: many, extensions: many }, 't').slice(0, 10), 't13i9999h2');
  });

  it('shows the ends of the first protocol as the specification lists them', () => {
    assert.equal(alpnOf(0xab), 'ab');
    assert.equal(alpnOf(0xab, 0xcd), 'ad');
    assert.equal(alpnOf(0x30, 0xab), '3b');
    assert.equal(alpnOf(0x30, 0x31, 0xab, 0xcd), '3d');
    assert.equal(alpnOf(0x30, 0xab, 0xcd, 0x31), '01');
    assert.equal(alpnOf(0x71), 'qq');
    assert.equal(alpnOf(...Buffer.from('http/1.1')), 'h1');
    assert.equal(ja4({ ...EXAMPLE, alpn: ['\x2a\x2a', 'h2'] }, 't').slice(8, 10), 'h2');
    assert.equal(ja4({ ...EXAMPLE, alpn: [] }, 't').slice(8, 10), '00');
    assert.equal(ja4({ ...EXAMPLE, alpn: [''] }, 't').slice(8, 10), '00');
  });

  it('does not depend on the order of ciphers and extensions, but on that of signature algorithms', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...EXAMPLE.ciphers], { minLength: 16 }),
        fc.shuffledSubarray([...EXAMPLE.extensions], { minLength: 17 }),
        (ciphers, extensions) => {
          assert.equal(ja4({ ...EXAMPLE, ciphers, extensions }, 't'), 't13d1516h2_8daaf6152771_e5627efa2ab1');
        },
      ),
    );
    const signatureAlgorithms = EXAMPLE.signatureAlgorithms.toReversed();
    assert.notEqual(ja4({ ...EXAMPLE, signatureAlgorithms }, 't'), 't13d1516h2_8daaf6152771_e5627efa2ab1');
  });
});
