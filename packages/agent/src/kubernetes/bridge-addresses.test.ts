import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bridgeAddresses } from './bridge-addresses.ts';
import { trimNode } from './trim-node.ts';

test('a node has the first two numbers of each range that its pods get', () => {
  assert.deepEqual(bridgeAddresses(['10.244.3.0/24', 'fd00:10:244::/64', '10.1.2.128/26']), [
    '10.244.3.0',
    '10.244.3.1',
    'fd00:10:244::',
    'fd00:10:244::1',
    '10.1.2.128',
    '10.1.2.129',
  ]);
  assert.deepEqual(
    bridgeAddresses(['10.244.3.0/31', '10.244.3.7/24', '10.244.3.0', 'x/24', '10.0.0.0/0', 'fd00::/127']),
    [],
  );
});

test('and they are among its addresses', () => {
  const status = { addresses: [{ type: 'InternalIP', address: '192.168.0.11' }] };
  const of = (spec: object) => trimNode({ metadata: { name: 'w1' }, spec, status })?.ips;
  assert.deepEqual(of({ podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] }), [
    '192.168.0.11',
    '10.244.0.0',
    '10.244.0.1',
  ]);
  assert.deepEqual(of({}), ['192.168.0.11']);
});
