import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, fit, wrap } from './display-width.ts';

test('East Asian and emoji characters take two columns, combining marks none', () => {
  assert.equal(displayWidth('web'), 3);
  assert.equal(displayWidth('日本'), 4);
  assert.equal(displayWidth('🚀'), 2);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('▁▂▇'), 3);
});

test('a short text is filled up on the side that the alignment leaves', () => {
  assert.equal(fit('ab', 4), 'ab  ');
  assert.equal(fit('ab', 4, 'right'), '  ab');
});

test('a long text is cut to exactly the width, with an ellipsis', () => {
  assert.equal(fit('abcdef', 4), 'abc…');
  assert.equal(fit('abcdef', 1), '…');
  assert.equal(fit('abcdef', 0), '');
});

test('a wide character that would stand half in the last column is left out', () => {
  const cut = fit('日本語', 4);
  assert.equal(cut, '日… ');
  assert.equal(displayWidth(cut), 4);
});

test('every width is met exactly whatever the text', () => {
  for (const text of ['', 'a', '日', 'a日b本c', '🚀🚀🚀', 'e\u0301e\u0301e\u0301', 'a long plain text']) {
    for (let width = 1; width < 12; width++) assert.equal(displayWidth(fit(text, width)), width, `${text} in ${width}`);
  }
});

test('text is wrapped between words, and a word longer than the line stands alone', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('a incomprehensibly b', 5), ['a', 'incomprehensibly', 'b']);
  assert.deepEqual(wrap('  ', 5), []);
});
