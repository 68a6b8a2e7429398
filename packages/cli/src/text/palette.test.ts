import assert from 'node:assert/strict';
import { test } from 'node:test';
import { palette, wantsColour } from './palette.ts';

const terminal = { isTTY: true };

test('a terminal gets colours, a pipe does not', () => {
  assert.equal(wantsColour(terminal, {}), true);
  assert.equal(wantsColour({}, {}), false);
});

test('NO_COLOR and TERM=dumb switch colours off, FORCE_COLOR on', () => {
  assert.equal(wantsColour(terminal, { NO_COLOR: '1' }), false);
  assert.equal(wantsColour(terminal, { NO_COLOR: '' }), true);
  assert.equal(wantsColour(terminal, { TERM: 'dumb' }), false);
  assert.equal(wantsColour({}, { FORCE_COLOR: '1' }), true);
});

test('a choice on the command line wins over the environment', () => {
  assert.equal(wantsColour({}, { NO_COLOR: '1' }, 'always'), true);
  assert.equal(wantsColour(terminal, {}, 'never'), false);
});

test('without colour the marked line stays marked: an attribute is no colour', () => {
  const plain = palette({ colour: false, attributes: true });
  assert.equal(plain.red('x'), 'x');
  assert.equal(plain.severity('critical')('x'), 'x');
  assert.equal(plain.inverse('x'), '\x1b[7mx\x1b[27m');
});

test('a severity that this version does not know is printed plainly', () => {
  assert.equal(palette({ colour: true }).severity('unheard-of' as 'high')('x'), 'x');
});
