import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkPolicySchema } from '../policy/network-policy-schema.ts';
import { rawPolicy } from '../testing/kubernetes-objects.ts';
import { PolicyBook } from './policy-book.ts';

test('more policies than are kept is said, until a list is complete that has fewer', () => {
  let changes = 0;
  const book = new PolicyBook({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    schema: networkPolicySchema,
    unread: () => assert.fail('all can be read'),
    onChange: () => changes++,
  });
  const keys = Array.from({ length: 10_000 }, (_, nth) => book.put(rawPolicy(`p-${nth}`)) ?? '');
  assert.deepEqual([book.size(), book.isOverfull, changes], [10_000, false, 10_000]);
  assert.equal(book.put(rawPolicy('one-more')), 'shop/one-more');
  assert.deepEqual([book.size(), book.isOverfull], [10_000, true]);
  book.put(rawPolicy('p-1', { policyTypes: ['Egress'] }));
  assert.equal(book.policies.find(({ name }) => name === 'p-1')?.ingress, null);
  book.retain(new Set([...keys, 'shop/one-more']));
  assert.equal(book.isOverfull, true);
  book.retain(new Set(keys.slice(0, 10)));
  assert.deepEqual([book.size(), book.isOverfull], [10, false]);
  assert.equal(book.put({ metadata: { name: '../x', namespace: 'shop' } }), undefined);
});
