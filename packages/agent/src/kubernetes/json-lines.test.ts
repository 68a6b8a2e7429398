import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonLines } from './json-lines.ts';
import { MalformedAnswer } from './malformed-answer.ts';

test('lines come out the same however they are cut into pieces', () => {
  const bytes = Buffer.from('{"type":"ADDED","name":"é"}\n\r\n{"type":"DELETED"}\n{"type":');
  for (const size of [1, 2, 5, 100]) {
    const lines = new JsonLines();
    const found = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...lines.push(bytes.subarray(at, at + size)));
    assert.deepEqual(found, [{ type: 'ADDED', name: 'é' }, { type: 'DELETED' }]);
  }
});

test('a line that is no JSON or has no end is refused', () => {
  assert.throws(() => [...new JsonLines().push(Buffer.from('{"type":\n'))], MalformedAnswer);
  const endless = () => {
    const lines = new JsonLines();
    for (let piece = 0; piece < 10; piece++) [...lines.push(Buffer.alloc(1_048_576, 0x78))];
  };
  assert.throws(endless, MalformedAnswer);
});
