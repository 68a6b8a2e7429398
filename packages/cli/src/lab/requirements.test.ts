import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram, requireProgram } from './requirements.ts';

test('a program is found also where only root’s PATH looks', () => {
  assert.match(findProgram('sh') ?? '', /\/sh$/);
});

test('a missing program is named together with the package to install', () => {
  assert.throws(() => requireProgram('no-such-hping3', 'hping3', 'preparing a flood'), {
    code: 'NG_ERR_LAB_TOOL',
    message: 'preparing a flood: the program no-such-hping3 is not installed',
    hint: /apt-get install hping3/,
  });
});
