import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKeys } from './keys.ts';

const names = (input: string): string[] =>
  parseKeys(input).map((key) => (key.kind === 'named' ? `<${key.name}>` : key.text));

test('letters, also beyond ASCII, are characters', () => {
  assert.deepEqual(names('qé日🚀 '), ['q', 'é', '日', '🚀', ' ']);
});

test('arrows are known in every form that terminals send', () => {
  assert.deepEqual(names('\x1b[A\x1bOB\x1b[1;5C\x1b[D'), ['<up>', '<down>', '<right>', '<left>']);
  assert.deepEqual(names('\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1bOF\x1b[Z'), [
    '<page-up>',
    '<page-down>',
    '<home>',
    '<end>',
    '<end>',
    '<back-tab>',
  ]);
});

test('control characters have their names', () => {
  assert.deepEqual(names('\t\r\x7f\x03\x1a\x0c'), [
    '<tab>',
    '<enter>',
    '<backspace>',
    '<interrupt>',
    '<suspend>',
    '<redraw>',
  ]);
});

test('a lone escape is the key, an unknown sequence is nothing', () => {
  assert.deepEqual(names('\x1b'), ['<escape>']);
  assert.deepEqual(names('\x1b[?1;2c\x1b[200~\x01'), []);
});
