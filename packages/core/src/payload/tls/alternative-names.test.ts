import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readAlternativeNames } from './alternative-names.ts';
import { readDer } from './der.ts';

const element = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};
const extensionsWith = (...names: Uint8Array[]): Buffer => {
  const other = element(0x30, Buffer.from('0603551d130101ff0402', 'hex'), Buffer.from('3000', 'hex'));
  const own = element(0x30, Buffer.from('0603551d11', 'hex'), element(0x04, element(0x30, ...names)));
  return element(0xa3, element(0x30, other, own));
};
const read = (bytes: Buffer): string[] => readAlternativeNames(readDer(bytes, 0, bytes.length)!);

it('names, addresses of both kinds, mail and URIs are told', () => {
  const bytes = extensionsWith(
    element(0x82, Buffer.from('*.Example.ORG')),
    element(0x87, Buffer.of(192, 0, 2, 1)),
    element(0x87, Buffer.from('20010db8000000000000000000000001', 'hex')),
    element(0x81, Buffer.from('a@example.org')),
    element(0x86, Buffer.from('spiffe://x/y')),
    element(0x88, Buffer.of(0x2a)),
    element(0x87, Buffer.of(1, 2, 3)),
  );
  assert.deepEqual(read(bytes), ['*.example.org', '192.0.2.1', '2001:db8::1', 'a@example.org', 'spiffe://x/y']);
});

it('a list without names is empty', () => {
  assert.deepEqual(read(extensionsWith()), []);
});
