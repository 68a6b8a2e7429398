import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readDer } from './der.ts';
import { readTime } from './x509-time.ts';

function read(tag: number, text: string): number {
  const bytes = Buffer.concat([Buffer.of(tag, text.length), Buffer.from(text)]);
  return readTime(readDer(bytes, 0, bytes.length)!);
}

it('years of two digits are of this century below 50', () => {
  assert.equal(read(0x17, '490102030405Z'), Date.UTC(2049, 0, 2, 3, 4, 5));
  assert.equal(read(0x17, '500102030405Z'), Date.UTC(1950, 0, 2, 3, 4, 5));
  assert.equal(read(0x17, '2401020304Z'), Date.UTC(2024, 0, 2, 3, 4));
});

it('years of four digits stand for themselves', () => {
  assert.equal(read(0x18, '99991231235959Z'), Date.UTC(9999, 11, 31, 23, 59, 59));
});

it('what is no time is not a number', () => {
  for (const [tag, text] of [
    [0x17, '20240102030405Z'],
    [0x18, '240102030405Z'],
    [0x04, '240102030405Z'],
    [0x17, 'soon'],
  ] as const) {
    assert.ok(Number.isNaN(read(tag, text)), text);
  }
});
