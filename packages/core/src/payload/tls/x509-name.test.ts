import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readDer } from './der.ts';
import { readName } from './x509-name.ts';

const element = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};
const value = (type: string, text: string | Uint8Array, tag = 0x0c): Buffer =>
  element(0x30, element(0x06, Buffer.from(type, 'hex')), element(tag, Buffer.from(text as string, 'latin1')));
const read = (...sets: Uint8Array[]): string => {
  const bytes = element(0x30, ...sets);
  return readName(readDer(bytes, 0, bytes.length)!);
};

it('parts stand in the order of the certificate, values as they are', () => {
  const name = read(
    element(0x31, value('550406', 'US', 0x13)),
    element(0x31, value('55040a', 'Pinterest, Inc.')),
    element(0x31, value('550403', '*.pinterest.com')),
  );
  assert.equal(name, 'C=US, O=Pinterest, Inc., CN=*.pinterest.com');
});

it('several values of one part are joined, unknown types have dots, wide text is narrowed', () => {
  assert.equal(read(element(0x31, value('550403', 'a'), value('55040b', 'b'))), 'CN=a + OU=b');
  assert.equal(read(element(0x31, value('2a0304', 'x'))), '1.2.3.4=x');
  assert.equal(read(element(0x31, value('550403', Buffer.from('\0h\0i', 'latin1'), 0x1e))), 'CN=hi');
  assert.equal(read(), '');
});
