import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServerSentEvent, SseParser } from './sse.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function parse(text: string, size = text.length): ServerSentEvent[] {
  const parser = new SseParser();
  const all = bytes(text);
  const events: ServerSentEvent[] = [];
  for (let i = 0; i < all.length; i += size) events.push(...parser.push(all.slice(i, i + size)));
  return events;
}

test('event, data and id are read; comments are passed over', () => {
  assert.deepEqual(parse(': heartbeat\n\nid: 7\nevent: flow\ndata: {"a":1}\n\n'), [
    { event: 'flow', data: '{"a":1}', id: '7' },
  ]);
});

test('it does not matter where the chunks are cut, nor which line end is used', () => {
  const text = 'id: 1\r\nevent: alert\r\ndata: é1\r\ndata: two\r\n\r\nevent: flow\rdata:x\r\rdata: last\n\n';
  const whole = parse(text);
  assert.deepEqual(whole, [
    { event: 'alert', data: 'é1\ntwo', id: '1' },
    { event: 'flow', data: 'x', id: '1' },
    { event: 'message', data: 'last', id: '1' },
  ]);
  for (let size = 1; size < 12; size++) assert.deepEqual(parse(text, size), whole, `chunks of ${size}`);
});

test('an event without data is not told, an unfinished one neither', () => {
  assert.deepEqual(parse('event: flow\n\ndata: a'), []);
});

test('an id stays until there is another, and an empty one clears it', () => {
  assert.deepEqual(
    parse('id: 1\ndata: a\n\ndata: b\n\nid:\ndata: c\n\n').map(({ id }) => id),
    ['1', '1', ''],
  );
});

test('the server can ask for a pause; nonsense is not one', () => {
  const parser = new SseParser();
  parser.push(bytes('retry: 2500\nretry: soon\n\n'));
  assert.equal(parser.retryMs, 2500);
});

test('an endless line is refused instead of filling the memory', () => {
  const parser = new SseParser();
  const chunk = bytes('x'.repeat(1024 * 1024));
  assert.throws(() => {
    for (let i = 0; i < 20; i++) parser.push(chunk);
  }, /larger than/);
});
