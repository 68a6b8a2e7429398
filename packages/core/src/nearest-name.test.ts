import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from './nearest-name.ts';

const known = ['listen', 'tokenFile', 'tlsCertFile', 'windowMs'];

test('a slip of the finger finds what was meant', () => {
  assert.equal(nearestName('lissten', known), 'listen');
  assert.equal(nearestName('TOKENFILE', known), 'tokenFile');
  assert.equal(nearestName('windowms', known), 'windowMs');
  assert.equal(nearestName('token', known), 'tokenFile');
});

test('a word like no other finds nothing', () => {
  assert.equal(nearestName('elephant', known), undefined);
  assert.equal(nearestName('x', known), undefined);
  assert.equal(nearestName('', known), undefined);
});
