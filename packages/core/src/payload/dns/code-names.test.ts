import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedTypeName } from '../../dns/record-types.ts';
import { dnsRcodeName } from './code-names.ts';

test('types and response codes have their names, and what is made up has one for all', () => {
  assert.deepEqual([1, 28, 16, 65, 65_399, 4242].map(boundedTypeName), ['A', 'AAAA', 'TXT', 'HTTPS', 'other', 'other']);
  assert.deepEqual([0, 3, 5, 16, 15, 4095].map(dnsRcodeName), [
    'NOERROR',
    'NXDOMAIN',
    'REFUSED',
    'BADVERS',
    'other',
    'other',
  ]);
});
