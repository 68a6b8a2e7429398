import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { unknownFacts } from './unknown.ts';

it('text is printable and has little entropy', () => {
  const facts = unknownFacts(Buffer.from('uid=0(root) gid=0(root)\r\n'), false);
  assert.equal(facts.printable, 1);
  assert.ok(facts.entropy > 3 && facts.entropy < 4, `${facts.entropy} bits`);
  assert.equal(facts.message, 'response');
});

it('every byte once is eight bits', () => {
  const facts = unknownFacts(
    Uint8Array.from({ length: 256 }, (_, index) => index),
    undefined,
  );
  assert.equal(facts.entropy, 8);
  assert.equal(facts.printable, 100 / 256);
  assert.equal(facts.message, 'request');
});

it('one byte over and over is none', () => {
  assert.equal(unknownFacts(new Uint8Array(100), true).entropy, 0);
  assert.deepEqual(unknownFacts(new Uint8Array(0), true).printable, 0);
});

it('entropy is never more than the length allows, and shares are shares', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
      const { entropy, printable } = unknownFacts(bytes, true);
      assert.ok(entropy >= 0 && entropy <= Math.log2(Math.min(bytes.length, 256)) + 1e-9);
      assert.ok(printable >= 0 && printable <= 1);
    }),
  );
});
