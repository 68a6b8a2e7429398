import { strict as assert } from 'node:assert';
import { it } from 'node:test';
import { makeAutomatonPatterns } from './multi-pattern.ts';
import { multiPatternContract } from './testing/multi-pattern-contract.ts';

multiPatternContract('the automaton', makeAutomatonPatterns);

it('refuses an empty pattern', () => {
  assert.throws(() => makeAutomatonPatterns([{ bytes: new Uint8Array(0), noCase: true }]), RangeError);
});

it('has at most 20 bytes for each byte of its patterns, beside its rows', () => {
  const patterns = Array.from({ length: 20_000 }, (_, index) => ({
    bytes: Uint8Array.from(`${(index * 7919).toString(36)}/${index}`, (letter) => letter.charCodeAt(0)),
    noCase: index % 3 === 0,
  }));
  const bytes = patterns.reduce((sum, one) => sum + one.bytes.length, 0);
  const search = makeAutomatonPatterns(patterns);
  assert.ok(search.memoryBytes < bytes * 20 + 2 * 512 * 1024, `${search.memoryBytes} for ${bytes}`);
});
