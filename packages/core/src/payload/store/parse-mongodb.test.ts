import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMongodb } from './parse-mongodb.ts';

const i32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const message = (operation: number, body: Buffer, responseTo = 0): Buffer =>
  Buffer.concat([i32(16 + body.length), i32(7), i32(responseTo), i32(operation), body]);
/** `{ name: 1 }` */
const document = (name: string): Buffer => {
  const body = Buffer.concat([Buffer.of(0x10), Buffer.from(`${name}\0`), i32(1), Buffer.of(0)]);
  return Buffer.concat([i32(4 + body.length), body]);
};
const opMsg = (name: string): Buffer => Buffer.concat([i32(0), Buffer.of(0), document(name)]);
const read = (bytes: Buffer) => parseMongodb(bytes).map(({ message, detail }) => `${message} ${detail}`.trim());

describe('MongoDB', () => {
  it('is told by its commands, new and old', () => {
    assert.deepEqual(read(message(2013, opMsg('hello'))), ['request hello']);
    const query = Buffer.concat([i32(4), Buffer.from('admin.$cmd\0'), i32(0), i32(-1), document('isMaster')]);
    assert.deepEqual(read(message(2004, query)), ['request isMaster']);
  });

  it('is told by its answers, and by what is compressed', () => {
    assert.deepEqual(read(message(2013, opMsg('ok'), 7)), ['response']);
    assert.deepEqual(read(message(1, Buffer.concat([Buffer.alloc(20), document('ismaster')]), 7)), ['response']);
    assert.deepEqual(read(message(2012, Buffer.concat([i32(2013), i32(99), Buffer.of(1, 0, 0)]))), ['request']);
  });

  it('is nothing else', () => {
    assert.deepEqual(read(message(2013, Buffer.concat([i32(8), Buffer.of(0), document('x')]))), [], 'unknown flags');
    assert.deepEqual(
      read(message(2004, Buffer.concat([i32(0), Buffer.from('nodot\0'), Buffer.alloc(8), document('x')]))),
      [],
    );
    assert.deepEqual(read(message(99, opMsg('x'))), []);
    assert.deepEqual(read(Buffer.alloc(40)), []);
  });
});
