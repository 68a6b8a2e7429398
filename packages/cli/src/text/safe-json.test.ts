import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeJson } from './safe-json.ts';

const hostile = '\x1b[2J\x7f\x9b31m\u202e\u200b\u2028\ufeff\u{e0041}\ud800"\\\n';

test('what steers a terminal is escaped, and a parser reads the same value', () => {
  const text = safeJson({ [hostile]: hostile });
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(text), { [hostile]: hostile });
});

test('ordinary text stays as it is, also with line ends between the parts', () => {
  assert.equal(safeJson({ name: '日本語 ünï 🚀' }), '{"name":"日本語 ünï 🚀"}');
  assert.equal(safeJson(['a'], 2), '[\n  "a"\n]');
});
