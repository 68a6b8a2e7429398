import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePostgresql } from './parse-postgresql.ts';

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const startup = (parameters: string): Buffer => {
  const text = Buffer.from(parameters, 'latin1');
  return Buffer.concat([u32(8 + text.length), u32(196_608), text]);
};
const answer = (type: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(type), u32(4 + body.length), body]);
const read = (bytes: Buffer) => parsePostgresql(bytes).map(({ message, detail }) => `${message} ${detail}`);
const TLS_REQUEST = Buffer.concat([u32(8), u32(80_877_103)]);

describe('PostgreSQL', () => {
  it('is told by a startup, with or without a database', () => {
    assert.deepEqual(read(startup('user\0app\0database\0shop\0application_name\0psql\0\0')), ['request app to shop']);
    assert.deepEqual(read(startup('user\0postgres\0\0')), ['request postgres to postgres']);
  });

  it('is told by a request for TLS, and the startup that follows a no', () => {
    assert.deepEqual(read(TLS_REQUEST), ['request TLS']);
    assert.deepEqual(read(Buffer.concat([TLS_REQUEST, startup('user\0app\0\0')])), [
      'request TLS',
      'request app to app',
    ]);
  });

  it('is told by what a server demands, or refuses', () => {
    assert.deepEqual(read(answer('R', u32(10))), ['response authentication sasl']);
    assert.deepEqual(read(Buffer.concat([Buffer.from('N'), answer('R', u32(5))])), ['response authentication md5']);
    assert.deepEqual(read(Buffer.from('S\x16\x03\x03\x00\x5a\x02\x00', 'latin1')), ['response TLS']);
    const error = Buffer.from('SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for host "10.0.0.9"\0\0');
    assert.deepEqual(read(answer('E', error)), ['response no pg_hba.conf entry for host "10.0.0.9"']);
  });

  it('is nothing else', () => {
    assert.deepEqual(read(Buffer.from('Remote: hello there')), []);
    assert.deepEqual(read(startup('host\0x\0\0')), []);
    assert.deepEqual(read(answer('E', Buffer.from('nonsense\0\0'))), []);
    assert.deepEqual(read(u32(8)), []);
  });
});
