import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMysql } from './parse-mysql.ts';

const packet = (sequence: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.of(body.length & 255, body.length >> 8, 0, sequence), body]);
const login = (flags: number, rest: string): Buffer => {
  const fixed = Buffer.alloc(32);
  fixed.writeUInt32LE(flags, 0);
  fixed.writeUInt32LE(0x1000000, 4);
  fixed[8] = 33;
  return packet(1, Buffer.concat([fixed, Buffer.from(rest, 'latin1')]));
};
const read = (bytes: Buffer) => parseMysql(bytes).map(({ message, detail }) => `${message} ${detail}`);

describe('MySQL', () => {
  it('greets with its version', () => {
    const greeting = packet(0, Buffer.from(`\x0a5.5.5-10.11.6-MariaDB\0${'x'.repeat(40)}`, 'latin1'));
    assert.deepEqual(read(greeting), ['greeting 5.5.5-10.11.6-MariaDB']);
    assert.deepEqual(read(greeting.subarray(0, 12)), [], 'its version is cut');
  });

  it('refuses a host', () => {
    const refusal = packet(0, Buffer.from("\xff\x6a\x04Host 'x' is not allowed to connect", 'latin1'));
    assert.deepEqual(read(refusal), ["greeting Host 'x' is not allowed to connect"]);
  });

  it('gets a login with name and database, but never the answer to its challenge', () => {
    const secure = 0x200 | 0x8000;
    assert.deepEqual(read(login(secure | 8, `root\0\x14${'p'.repeat(20)}shop\0mysql_native_password\0`)), [
      'request root to shop',
    ]);
    assert.deepEqual(read(login(secure, `root\0\x14${'p'.repeat(20)}`)), ['request root']);
    assert.deepEqual(read(login(0x200 | 8, 'root\0pppp\0shop\0')), ['request root to shop']);
  });

  it('gets a request for TLS', () => {
    assert.deepEqual(read(login(0x200 | 0x800, '')), ['request TLS']);
  });

  it('is nothing else', () => {
    assert.deepEqual(read(packet(0, Buffer.from(`\x0aVersion ten\0${'x'.repeat(40)}`, 'latin1'))), []);
    assert.deepEqual(read(packet(2, Buffer.alloc(40))), []);
    assert.deepEqual(read(login(0x100, 'root\0')), []);
  });
});
