import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newAddressPlan } from './address-plan.ts';

test('members of one lab are in its network', () => {
  const plan = newAddressPlan([]);
  assert.match(plan.podNetwork, /^10\.(19[2-9]|2\d\d)\.\d+\.0\/24$/);
  assert.equal(plan.pod(7), plan.podNetwork.replace('0/24', '7'));
  assert.equal(plan.pod6(255), plan.podNetwork6.replace('/64', 'ff'));
});

test('a lab takes no network that another one has', () => {
  const all = Array.from({ length: 64 * 256 }, (_, i) => `10.${192 + (i >> 8)}.${i & 255}.0/24`);
  const free = all.splice(5_000, 1);
  assert.deepEqual([newAddressPlan(all).podNetwork], free);
});
