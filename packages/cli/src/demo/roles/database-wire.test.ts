import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame, MessageReader } from './database-wire.ts';

const stream = Buffer.concat([frame('Q', Buffer.from('SELECT 1\0')), frame('X', Buffer.alloc(0))]);

test('messages are put together wherever the stream was cut', () => {
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const reader = new MessageReader();
    const messages = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
    assert.deepEqual(
      messages.map(({ type, payload }) => [type, payload.toString()]),
      [
        ['Q', 'SELECT 1\0'],
        ['X', ''],
      ],
    );
  }
});

test('a length that cannot be is refused, not waited for', () => {
  assert.throws(() => new MessageReader().push(Buffer.from([0x51, 0xff, 0xff, 0xff, 0xff])), /4294967295 bytes/);
  assert.throws(() => new MessageReader().push(Buffer.from([0x51, 0, 0, 0, 3])), /3 bytes/);
});
