import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifierPlace } from './verifier-place.ts';

test('the last line of the source before the objection is the place', () => {
  const log = [
    'libbpf: prog f: BPF program load failed: EACCES',
    '; int f(void *ctx) @ syn-count.bpf.c:10',
    '0: R1=ctx() R10=fp0',
    '; *value = 5; @ dir/syn-count.bpf.c:12',
    '3: (7b) *(u64 *)(r0 +0) = r1',
    "R0 invalid mem access 'map_value_or_null'",
  ].join('\n');
  assert.equal(verifierPlace(log), 'syn-count.bpf.c:12 (*value = 5;)');
});

test('kernels before 6.9 tell the line without its number, and an object without -g tells none', () => {
  assert.equal(verifierPlace('; *value = 5;\n3: (7b) *(u64 *)(r0 +0) = r1'), 'at the line "*value = 5;"');
  assert.equal(verifierPlace('0: (b7) r0 = 0\n1: (95) exit'), undefined);
});

test('a log of a megabyte is read in a moment', () => {
  const began = performance.now();
  verifierPlace(`${'; '.repeat(500_000)}\n; x @ `);
  verifierPlace('; @ '.repeat(250_000));
  assert.ok(performance.now() - began < 500);
});
