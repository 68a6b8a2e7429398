import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlowNames } from './flow-names.ts';
import type { FlowEndpoint } from './messages.ts';

const T0 = 1_800_000_000_000;

function newNames(): FlowNames {
  return new FlowNames({
    nodeName: 'here',
    nodeAddresses: [],
    subnets: [{ cidr: '192.168.0.0/16', label: 'office' }],
  });
}

const web: FlowEndpoint = {
  identity: 12_345,
  namespace: 'shop',
  podName: 'web-1-a',
  labels: ['k8s:app=web'],
  workloads: [{ name: 'web', kind: 'Deployment' }],
};

test('a pod is named as the flow says, with its workload', () => {
  const names = newNames();
  names.learn('10.0.0.1', web, 'n1', T0);
  assert.deepEqual(names.remote('10.0.0.1', 80, T0), {
    ip: '10.0.0.1',
    kind: 'pod',
    namespace: 'shop',
    pod: 'web-1-a',
    workload: { kind: 'Deployment', name: 'web' },
  });
  assert.equal(names.isWatched('10.0.0.1', T0), true);
});

test('reserved identities: the world, this host, other nodes, the API server', () => {
  const names = newNames();
  const kindOf = (ip: string, end: FlowEndpoint) => {
    names.learn(ip, end, 'n1', T0);
    const { kind, workload, subnetLabel } = names.remote(ip, 0, T0);
    return [kind, workload?.name ?? subnetLabel, names.isWatched(ip, T0)];
  };
  assert.deepEqual(kindOf('203.0.113.5', { identity: 2, labels: ['reserved:world'] }), ['world', undefined, false]);
  assert.deepEqual(kindOf('192.168.3.4', { identity: 9 }), ['world', 'office', false]);
  assert.deepEqual(kindOf('172.16.0.9', { identity: 16_777_219, labels: ['cidr:172.16.0.0/12', 'reserved:world'] }), [
    'world',
    undefined,
    false,
  ]);
  assert.deepEqual(kindOf('10.9.0.1', { identity: 1, labels: ['reserved:host'] }), ['node', 'n1', true]);
  assert.deepEqual(kindOf('10.9.0.2', { identity: 6 }), ['node', undefined, true]);
  assert.deepEqual(
    kindOf('10.9.0.3', { identity: 16_777_300, labels: ['reserved:world', 'reserved:kube-apiserver'] }),
    ['kube-apiserver', undefined, true],
  );
  assert.equal(names.cluster.isOwnNode('10.9.0.1'), true);
});

test('where the API server runs on a node, its ports tell it from the rest', () => {
  const names = newNames();
  names.learn('10.9.0.1', { identity: 7, labels: ['reserved:kube-apiserver', 'reserved:remote-node'] }, 'n1', T0);
  const kinds = [6443, 10_250, 0].map((port) => names.remote('10.9.0.1', port, T0).kind);
  assert.deepEqual(kinds, ['kube-apiserver', 'node', 'kube-apiserver']);
});

test("an address that another pod has now was the first one's at the time", () => {
  const names = newNames();
  names.learn('10.0.0.1', web, 'n1', T0);
  names.learn('10.0.0.1', { ...web, podName: 'job-2-b' }, 'n1', T0 + 60_000);
  assert.equal(names.remote('10.0.0.1', 0, T0 + 59_000).pod, 'web-1-a');
  assert.equal(names.remote('10.0.0.1', 0, T0 + 61_000).pod, 'job-2-b');
  names.learn('10.0.0.1', web, 'n2', T0 + 59_500);
  assert.equal(names.remote('10.0.0.1', 0, T0 + 61_000).pod, 'job-2-b', 'what is told late takes nothing back');
});

test('a node is what it calls itself, not what the others call it', () => {
  const names = newNames();
  names.learn('10.9.0.1', { identity: 1 }, 'n1', T0);
  names.learn('10.9.0.1', { identity: 6 }, 'n2', T0 + 1);
  assert.equal(names.remote('10.9.0.1', 0, T0 + 2).workload?.name, 'n1');
});

test("sources from outside take nobody's place, however many", () => {
  const names = newNames();
  names.learn('10.0.0.1', web, 'n1', T0);
  for (let nth = 0; nth < 70_000; nth++)
    names.learn(`20.${nth >> 16}.${(nth >> 8) & 255}.${nth & 255}`, { identity: 2 }, 'n1', T0 + 1);
  assert.equal(names.remote('10.0.0.1', 0, T0 + 2).pod, 'web-1-a');
  assert.equal(names.tables.find(({ name }) => name === 'flow_names')?.entries, 1);
});

test('who is not heard of for long is forgotten, and has another number when heard again', () => {
  const names = newNames();
  names.learn('10.0.0.1', web, 'n1', T0);
  const endpoint = names.remote('10.0.0.1', 0, T0);
  const id = names.ownerId(endpoint, T0);
  assert.equal(names.ownerId({ ...endpoint, ip: '10.0.0.99' }, T0 + 1000), id, 'by name, not by address');
  assert.equal(names.byCgroup(id).pod, 'web-1-a');
  assert.deepEqual(names.takeSilentOwners(T0 + 600_000), []);
  assert.deepEqual(names.takeSilentOwners(T0 + 902_000), [id]);
  assert.notEqual(names.ownerId(endpoint, T0 + 903_000), id);
});
