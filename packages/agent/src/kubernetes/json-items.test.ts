import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonItems } from './json-items.ts';
import { MalformedAnswer } from './malformed-answer.ts';

const LIST = {
  kind: 'PodList',
  note: { items: [{ no: 'item' }], text: '"items":[' },
  metadata: { resourceVersion: '7', continue: 'abc' },
  items: [
    { name: 'a', text: 'brackets ]}{[ and "quotes" and \\ and é €', nested: { items: [1, [2]] } },
    { name: 'b', list: [[], {}] },
    { name: 'c' },
  ],
  after: [1],
};

function read(text: string, size: number) {
  const bytes = Buffer.from(text);
  const items = new JsonItems();
  const found = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...items.push(bytes.subarray(at, at + size)));
  return { found, envelope: items.end() };
}

test('a list comes apart the same however it is cut into pieces', () => {
  for (const text of [JSON.stringify(LIST), JSON.stringify(LIST, null, 2)]) {
    for (const size of [1, 2, 3, 7, 64, 10_000]) {
      const { found, envelope } = read(text, size);
      assert.deepEqual(found, LIST.items);
      assert.deepEqual(envelope, { ...LIST, items: [] });
    }
  }
});

test('a list without items, and one whose items are null, has none', () => {
  assert.deepEqual(read('{"metadata":{"resourceVersion":"1"},"items":[]}', 5).found, []);
  assert.deepEqual(read('{"metadata":{},"items":null}', 5).found, []);
});

test('what is no list, ends in the middle, or is too large is refused', () => {
  const refused = [
    '',
    '{"items":[{"a":1}',
    '{"items":[{"a":1},{"b":]}]}',
    '<html>bad gateway</html>',
    `{"metadata":"${'x'.repeat(70_000)}"}`,
    `{"items":[{"a":"${'x'.repeat(8_400_000)}"}]}`,
  ];
  for (const text of refused) assert.throws(() => read(text, 65_536), MalformedAnswer, text.slice(0, 40));
});
