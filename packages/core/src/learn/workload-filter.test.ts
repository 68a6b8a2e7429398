import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesWorkload } from './workload-filter.ts';

test('a workload is named by namespace, by name, by kind and name, or by its whole key', () => {
  const key = 'shop/Deployment/web';
  for (const filter of [
    {},
    { namespace: 'shop' },
    { workload: 'web' },
    { workload: 'deployment/web' },
    { workload: key },
  ]) {
    assert.ok(matchesWorkload(key, filter), JSON.stringify(filter));
  }
  for (const filter of [
    { namespace: 'ops' },
    { workload: 'api' },
    { workload: 'job/web' },
    { namespace: 'ops', workload: 'web' },
  ]) {
    assert.ok(!matchesWorkload(key, filter), JSON.stringify(filter));
  }
});

test('what has no namespace is named too', () => {
  assert.ok(matchesWorkload('unit/nginx.service', { workload: 'nginx.service' }));
  assert.ok(matchesWorkload('10.0.0.1', { workload: '10.0.0.1' }));
  assert.ok(!matchesWorkload('unit/nginx.service', { namespace: 'shop' }));
});
