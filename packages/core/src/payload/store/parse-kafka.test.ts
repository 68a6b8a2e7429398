import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseKafka } from './parse-kafka.ts';

const request = (key: number, version: number, id: string | null, rest = 0): Buffer => {
  const text = Buffer.from(id ?? '', 'latin1');
  const bytes = Buffer.alloc(14 + text.length + rest);
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt16BE(key, 4);
  bytes.writeUInt16BE(version, 6);
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt16BE(id === null ? 0xffff : text.length, 12);
  text.copy(bytes, 14);
  return bytes;
};
const read = (bytes: Buffer, toServer?: boolean) => parseKafka(bytes, toServer).map(({ detail }) => detail);

describe('Kafka', () => {
  it('is told by the first request of a client', () => {
    assert.deepEqual(read(request(18, 3, 'rdkafka', 30)), ['ApiVersions 3 rdkafka']);
    assert.deepEqual(read(request(3, 12, 'producer-1', 9).subarray(0, 24)), ['Metadata 12 producer-1']);
    assert.deepEqual(read(request(18, 0, null)), ['ApiVersions 0']);
  });

  it('is nothing else', () => {
    assert.deepEqual(read(request(18, 3, 'rdkafka'), false), [], 'a server does not ask');
    assert.deepEqual(read(request(60, 3, 'rdkafka')), []);
    assert.deepEqual(read(request(0, 99, 'rdkafka')), []);
    assert.deepEqual(read(request(0, 3, null)), [], 'too little to know it by');
    assert.deepEqual(read(request(0, 3, '\x01\x02')), []);
    assert.deepEqual(read(request(18, 3, 'rdkafka').subarray(0, 16)), []);
  });
});
