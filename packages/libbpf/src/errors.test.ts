import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BpfError, ERROR_CODES, errnoText, nearestName } from './errors.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('README and ERROR_CODES tell the same, both ways', () => {
  const rows = [...readme.matchAll(/^\| `(LIBBPF_ERR_[A-Z_]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [
    code!,
    meaning!,
  ]);
  assert.deepEqual(Object.fromEntries(rows), ERROR_CODES);
});

test('every code is thrown somewhere, and no other', () => {
  const source = new URL('.', import.meta.url);
  const files = readdirSync(source).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'errors.ts',
  );
  const text = files.map((name) => readFileSync(new URL(name, source), 'utf8')).join('\n');
  const thrown = new Set([...text.matchAll(/'(LIBBPF_ERR_[A-Z_]+)'/g)].map((match) => match[1]));
  assert.deepEqual([...thrown].sort(), Object.keys(ERROR_CODES).sort());
});

test('a BpfError reads doing, why, what to do', () => {
  const cause = new Error('x');
  const error = new BpfError('LIBBPF_ERR_MAP', 'reading map m', 'no', {
    hint: 'Try again',
    errno: 5,
    log: 'line',
    cause,
  });
  assert.equal(error.message, 'reading map m: no. Try again');
  assert.deepEqual([error.code, error.errno, error.verifierLog, error.cause], ['LIBBPF_ERR_MAP', 5, 'line', cause]);
  assert.equal(new BpfError('LIBBPF_ERR_MAP', 'a', 'b').verifierLog, undefined);
});

test('errno values have names, the kernel’s and libbpf’s own included', () => {
  assert.equal(errnoText(1), 'EPERM (operation not permitted)');
  assert.match(errnoText(524), /ENOTSUPP/);
  assert.equal(errnoText(4007), 'rejected by the verifier');
  assert.equal(errnoText(99999), 'libbpf error 99999');
  assert.equal(errnoText(210), 'errno 210');
  assert.equal(errnoText(0), 'unknown reason');
});

test('the nearest name is near', () => {
  assert.equal(nearestName('flow_mpa', ['events', 'flow_map']), 'flow_map');
  assert.equal(nearestName('zzzzzzzz', ['events', 'flow_map']), undefined);
});
