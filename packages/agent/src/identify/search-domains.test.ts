import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchDomains } from './search-domains.ts';

test('the last search line counts, in lower case, and no top-level domain is taken for one', () => {
  const text =
    'domain old.example.com\nnameserver 10.96.0.10\nsearch NG.svc.cluster.local  ec2.internal. local com\noptions ndots:5\n';
  assert.deepEqual(
    searchDomains(() => text),
    ['ng.svc.cluster.local', 'ec2.internal'],
  );
});

test('a host without the file has none', () => {
  const missing = () => {
    throw new Error('no such file');
  };
  assert.deepEqual(searchDomains(missing), []);
});
