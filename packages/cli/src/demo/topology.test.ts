import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoPods, demoServices, dnsRecords } from './topology.ts';

test('no two pods have one name, and each has a workload', () => {
  const names = demoPods.map(({ namespace, name }) => `${namespace}/${name}`);
  assert.equal(new Set(names).size, names.length);
  for (const { workload, labels } of demoPods) assert.equal(labels?.app, workload?.name);
});

test('the cluster’s DNS leads from a service to the addresses of its pods', () => {
  const records = dnsRecords(({ name }) => `ip of ${name}`);
  assert.deepEqual(records['api.shop.svc.cluster.local'], ['ip of api-6f9d8c7b5-2kx4p', 'ip of api-6f9d8c7b5-h7vqn']);
  assert.deepEqual(records['postgres.shop.svc.cluster.local'], ['ip of db-0']);
});

test('each service is named once, with its port', () => {
  const services = demoServices().map(({ namespace, name, ports }) => [`${namespace}/${name}`, ports[0]?.port]);
  assert.deepEqual(services, [
    ['kube-system/kube-dns', 53],
    ['shop/postgres', 5432],
    ['shop/redis', 6379],
    ['shop/api', 8080],
    ['shop/web', 80],
  ]);
});
