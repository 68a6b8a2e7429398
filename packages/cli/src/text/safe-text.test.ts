import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeText } from './safe-text.ts';

test('an ordinary name stays as it is', () => {
  assert.equal(safeText('shop/web-7d4f'), 'shop/web-7d4f');
  assert.equal(safeText('日本語 ünï 🚀'), '日本語 ünï 🚀');
});

test('an escape sequence arrives as text, not as a command to the terminal', () => {
  assert.equal(safeText('\x1b]0;owned\x07\x1b[2J'), '\\x1b]0;owned\\x07\\x1b[2J');
});

test('no control character of C0, DEL or C1 is left', () => {
  for (let code = 0; code <= 0x9f; code++) {
    if (code >= 0x20 && code < 0x7f) continue;
    assert.equal(safeText(String.fromCharCode(code)), `\\x${code.toString(16).padStart(2, '0')}`);
  }
});

test('what reorders or hides text becomes visible', () => {
  assert.equal(safeText('web\u202egnp'), 'web\\u202egnp');
  assert.equal(safeText('a\u200bb\u2028c\ufeff'), 'a\\u200bb\\u2028c\\ufeff');
  assert.equal(safeText('x\u{e0041}'), 'x\\u{e0041}');
});

test('half a surrogate pair becomes visible', () => {
  assert.equal(safeText('a\ud800b'), 'a\\ud800b');
});

test('a second pass changes nothing', () => {
  const once = safeText('\x1b[31m\u202e');
  assert.equal(safeText(once), once);
});
