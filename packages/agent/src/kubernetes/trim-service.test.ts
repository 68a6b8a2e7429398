import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawNode, rawService, rawSlice } from '../testing/kubernetes-objects.ts';
import { trimNode } from './trim-node.ts';
import { trimService, trimSlice } from './trim-service.ts';

test('a service has its cluster, external and load balancer addresses, ports and selector', () => {
  const raw = {
    ...rawService('web', '10.96.0.10', {
      clusterIPs: ['10.96.0.10', 'fd00:0::10'],
      externalIPs: ['198.51.100.4'],
      selector: { app: 'web' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080, nodePort: 30_080 },
        { port: 53, protocol: 'UDP' },
        { port: 0 },
      ],
    }),
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, { hostname: 'lb.example' }] } },
  };
  assert.deepEqual(trimService(raw), {
    namespace: 'shop',
    name: 'web',
    ips: ['10.96.0.10', 'fd00::10', '198.51.100.4', '203.0.113.7'],
    ports: [
      { port: 80, protocol: 'TCP', name: 'http', targetPort: 8080, nodePort: 30_080 },
      { port: 53, protocol: 'UDP' },
    ],
    selector: { app: 'web' },
  });
});

test('headless services and external names have no address', () => {
  assert.deepEqual(trimService(rawService('db', 'None', { clusterIPs: ['None'] }))?.ips, []);
  assert.deepEqual(trimService(rawService('out', '10.96.0.11', { type: 'ExternalName' }))?.ips, []);
});

test('a slice has what is ready; what says nothing of it is', () => {
  const endpoints = [
    { addresses: ['10.244.0.1'], conditions: { ready: true } },
    { addresses: ['10.244.0.2'], conditions: { ready: false, serving: true, terminating: true } },
    { addresses: ['10.244.0.3'] },
    { addresses: 'none' },
  ];
  assert.deepEqual(trimSlice(rawSlice('web-abc', 'web', [], { endpoints })), {
    service: 'shop/web',
    endpoints: { ips: ['10.244.0.1', '10.244.0.3'], ports: [{ port: 8080, protocol: 'TCP', name: 'http' }] },
  });
  assert.equal(trimSlice(rawSlice('web-abc', 'web', [], { addressType: 'FQDN' })), undefined);
  assert.equal(trimSlice({ metadata: { name: 'alone', namespace: 'shop' } }), undefined);
});

test('a node has its name and addresses', () => {
  assert.deepEqual(trimNode(rawNode('worker-1', '192.168.0.11')), { name: 'worker-1', ips: ['192.168.0.11'] });
  assert.deepEqual(trimNode({ metadata: { name: 'n' }, status: 'gone' }), { name: 'n', ips: [] });
  assert.equal(trimNode({ metadata: {} }), undefined);
});
