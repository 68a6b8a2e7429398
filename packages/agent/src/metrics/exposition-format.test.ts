import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiateFormat } from './exposition-format.ts';

for (const [accept, format] of [
  [undefined, 'text'],
  ['', 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;q=0.5',
    'openmetrics',
  ],
  ['text/plain;version=0.0.4,application/openmetrics-text;q=0.5', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=banana', 'text'],
  [`${'a/b,'.repeat(100_000)}application/openmetrics-text`, 'text'],
] as const) {
  test(`Accept "${String(accept).slice(0, 60)}" is answered with ${format}`, () => {
    assert.equal(negotiateFormat(accept), format);
  });
}
