import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '@netguard/core';
import { update } from '../testing/whole-identities.ts';
import { AddressTable } from './address-table.ts';
import type { IdentityFile, PodIdentity } from './identity-file.ts';

function pod(name: string, ips: readonly string[], more: Partial<PodIdentity> = {}): PodIdentity {
  const uid = `uid-of-${name}`;
  return {
    uid,
    namespace: 'shop',
    name,
    labels: {},
    ips,
    containers: [],
    hostNetwork: false,
    phase: 'Running',
    ...more,
  };
}

function identities(more: Partial<IdentityFile>): IdentityFile {
  return { apiVersion: 'netguard/v1', kind: 'Identities', pods: [], services: [], nodes: [], ...more };
}

function table(options: Partial<ConstructorParameters<typeof AddressTable>[0]> = {}) {
  return new AddressTable({ nodeName: 'worker-1', nodeAddresses: ['192.168.0.11'], ...options });
}

const name = (endpoint: Endpoint) => endpoint.pod ?? endpoint.service ?? endpoint.workload?.name ?? endpoint.kind;

test('a pod, a service and a node are known by their addresses', () => {
  const addresses = table();
  update(
    addresses,
    identities({
      pods: [pod('web', ['10.244.1.7'], { workload: { kind: 'Deployment', name: 'web' } })],
      services: [{ namespace: 'shop', name: 'api', ips: ['10.96.0.10'], ports: [] }],
      nodes: [{ name: 'worker-2', ips: ['192.168.0.12'] }],
    }),
    1000,
  );
  assert.deepEqual(addresses.find('10.244.1.7', 80, 2000), {
    ip: '10.244.1.7',
    kind: 'pod',
    namespace: 'shop',
    pod: 'web',
    workload: { kind: 'Deployment', name: 'web' },
  });
  assert.deepEqual(addresses.find('10.96.0.10', 80, 2000), {
    ip: '10.96.0.10',
    kind: 'service',
    namespace: 'shop',
    service: 'api',
  });
  assert.deepEqual(addresses.find('192.168.0.12', 80, 2000), {
    ip: '192.168.0.12',
    kind: 'node',
    workload: { kind: 'Node', name: 'worker-2' },
  });
});

test('the first snapshot names events that happened before it came', () => {
  const addresses = table();
  update(addresses, identities({ pods: [pod('web', ['10.244.1.7'])] }), 5000);
  assert.equal(name(addresses.find('10.244.1.7', 0, 4000)), 'web');
});

test('a reused address belongs to whoever held it when the event happened', () => {
  const addresses = table();
  update(addresses, identities({ pods: [pod('old', ['10.244.1.7'])] }), 1000);
  update(addresses, identities({ pods: [pod('new', ['10.244.1.7'])] }), 5000);
  assert.equal(name(addresses.find('10.244.1.7', 0, 4999)), 'old');
  assert.equal(name(addresses.find('10.244.1.7', 0, 5000)), 'new');
});

test('after a gap the next owner has the address from the end of the one before', () => {
  const addresses = table();
  update(addresses, identities({ pods: [pod('old', ['10.244.1.7'])] }), 1000);
  update(addresses, identities({}), 2000);
  assert.equal(addresses.find('10.244.1.7', 0, 2500).kind, 'private');
  update(addresses, identities({ pods: [pod('new', ['10.244.1.7'])] }), 3000);
  assert.equal(name(addresses.find('10.244.1.7', 0, 2500)), 'new');
  assert.equal(name(addresses.find('10.244.1.7', 0, 1999)), 'old');
});

test('a start time cuts exactly, also when the snapshot came late', () => {
  const addresses = table();
  const start = Date.parse('2025-01-01T00:00:05Z');
  update(addresses, identities({ pods: [pod('old', ['10.244.1.7'])] }), start - 60_000);
  update(
    addresses,
    identities({ pods: [pod('new', ['10.244.1.7'], { startedAt: '2025-01-01T00:00:05Z' })] }),
    start + 3000,
  );
  assert.equal(name(addresses.find('10.244.1.7', 0, start - 1)), 'old');
  assert.equal(name(addresses.find('10.244.1.7', 0, start)), 'new');
});

test('completed pods and host-network pods own no address', () => {
  const addresses = table();
  const running = pod('job', ['10.244.1.7']);
  update(addresses, identities({ pods: [running, pod('proxy', ['192.168.0.11'], { hostNetwork: true })] }), 1000);
  update(addresses, identities({ pods: [{ ...running, phase: 'Succeeded' }] }), 2000);
  assert.equal(name(addresses.find('10.244.1.7', 0, 1500)), 'job');
  assert.equal(addresses.find('10.244.1.7', 0, 2500).kind, 'private');
  assert.equal(addresses.find('192.168.0.11', 0, 1500).kind, 'node');
});

test('ended claims are forgotten after ten minutes', () => {
  const addresses = table();
  update(addresses, identities({ pods: [pod('old', ['10.244.1.7'])] }), 1000);
  update(addresses, identities({}), 2000);
  update(addresses, identities({}), 2000 + 600_001);
  assert.equal(addresses.find('10.244.1.7', 0, 1500).kind, 'private');
});

test('services that share an address are told apart by port', () => {
  const addresses = table();
  const at = (service: string, port: number) => ({
    namespace: 'shop',
    name: service,
    ips: ['203.0.113.5'],
    ports: [{ port, protocol: 'TCP' as const }],
  });
  update(addresses, identities({ services: [at('http', 80), at('smtp', 25)] }), 0);
  assert.equal(name(addresses.find('203.0.113.5', 25, 1)), 'smtp');
  assert.equal(name(addresses.find('203.0.113.5', 80, 1)), 'http');
  assert.equal(name(addresses.find('203.0.113.5', 0, 1)), 'http');
});

test("a service on a node's address takes only its own ports", () => {
  const addresses = table();
  update(
    addresses,
    identities({
      services: [{ namespace: 'shop', name: 'web', ips: ['192.168.0.11'], ports: [{ port: 30080, protocol: 'TCP' }] }],
    }),
    0,
  );
  assert.equal(name(addresses.find('192.168.0.11', 30080, 1)), 'web');
  assert.equal(addresses.find('192.168.0.11', 22, 1).kind, 'node');
});

test('default/kubernetes and configured addresses are the API server; on a node only at its ports', () => {
  const addresses = table({ apiServers: ['192.168.0.11', '198.51.100.1'] });
  update(
    addresses,
    identities({ services: [{ namespace: 'default', name: 'kubernetes', ips: ['10.96.0.1'], ports: [] }] }),
    0,
  );
  assert.equal(addresses.find('10.96.0.1', 443, 1).kind, 'kube-apiserver');
  assert.equal(addresses.find('198.51.100.1', 0, 1).kind, 'kube-apiserver');
  assert.equal(addresses.find('192.168.0.11', 6443, 1).kind, 'kube-apiserver');
  assert.equal(addresses.find('192.168.0.11', 10250, 1).kind, 'node');
});

test('what nobody claims is told by how far it reaches', () => {
  const addresses = table({
    nodeAddresses: ['127.0.0.1', '::1'],
    clusterCidrs: ['198.18.0.0/15', '100.200.0.0/16'],
    subnets: [
      { cidr: '10.20.0.0/16', label: 'office' },
      { cidr: '203.0.113.0/24', label: 'vpn' },
    ],
  });
  const found = (ip: string) => {
    const { kind, subnetLabel } = addresses.find(ip, 0, 0);
    return subnetLabel === undefined ? kind : `${kind} ${subnetLabel}`;
  };
  assert.equal(found('8.8.8.8'), 'world');
  assert.equal(found('2001:4860:4860::8888'), 'world');
  assert.equal(found('10.1.2.3'), 'private');
  assert.equal(found('fd00::1'), 'private');
  assert.equal(found('10.20.3.4'), 'private office');
  assert.equal(found('203.0.113.9'), 'world vpn');
  assert.equal(found('100.200.1.1'), 'private');
  assert.equal(found('169.254.169.254'), 'link-local');
  assert.equal(found('224.0.0.251'), 'link-local multicast');
  assert.equal(found('127.0.0.1'), 'private loopback');
});

test('the same endpoint object is returned until its name changes', () => {
  const addresses = table();
  const web = pod('web', ['10.244.1.7']);
  update(addresses, identities({ pods: [web] }), 1000);
  const first = addresses.find('10.244.1.7', 80, 1500);
  update(addresses, identities({ pods: [{ ...web }] }), 2000);
  assert.equal(addresses.find('10.244.1.7', 81, 2500), first);
  assert.ok(Object.isFrozen(first));
  update(addresses, identities({ pods: [{ ...web, workload: { kind: 'Deployment', name: 'web' } }] }), 3000);
  assert.equal(addresses.find('10.244.1.7', 81, 3500).workload?.name, 'web');
  // Of strangers from the second time on.
  addresses.find('8.8.8.8', 53, 1);
  assert.equal(addresses.find('8.8.8.8', 53, 2), addresses.find('8.8.8.8', 443, 3));
});

test('a flood of spoofed sources does not grow the table', () => {
  const addresses = table();
  for (let index = 0; index < 40_000; index++)
    addresses.find(`1.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, 0, 0);
  const { entries, capacity, evicted } = addresses.state;
  assert.ok(entries < 100 && entries <= capacity, `${entries} of ${capacity}`);
  assert.ok(evicted < 100, 'who comes once takes nobody’s place');
});

test('the own node is known by its interfaces and by its name in the file', () => {
  const addresses = table();
  update(
    addresses,
    identities({
      nodes: [
        { name: 'worker-1', ips: ['203.0.113.11'] },
        { name: 'worker-2', ips: ['203.0.113.12'] },
      ],
    }),
    0,
  );
  assert.deepEqual(
    ['192.168.0.11', '203.0.113.11', '203.0.113.12'].map((ip) => addresses.isOwnNode(ip)),
    [true, true, false],
  );
});

test('the own node is known by every interface, also one that comes later, but not by what IPVS gives it', () => {
  const addresses = table();
  const vip = { namespace: 'shop', name: 'api', ips: ['10.96.0.10'], ports: [{ port: 80, protocol: 'TCP' as const }] };
  const file = { services: [vip], nodes: [{ name: 'worker-1', ips: ['192.168.0.11', '203.0.113.5'] }] };
  update(addresses, identities(file), 1000);
  assert.equal(addresses.isOwnNode('10.244.0.1'), false);
  assert.equal(addresses.find('10.244.0.1', 0, 2000).kind, 'private');
  addresses.setInterfaces(['127.0.0.1', '10.244.0.1', '10.96.0.10', '192.168.0.11']);
  assert.equal(addresses.find('10.244.0.1', 0, 2000).kind, 'node');
  assert.equal(name(addresses.find('10.96.0.10', 80, 2000)), 'api');
  const own = ['10.244.0.1', '192.168.0.11', '203.0.113.5', '10.96.0.10', '127.0.0.1'];
  assert.deepEqual(
    own.map((ip) => addresses.isOwnNode(ip)),
    [true, true, true, false, false],
  );
  addresses.setInterfaces(['192.168.0.11']);
  assert.equal(addresses.isOwnNode('10.244.0.1'), false);
  assert.equal(addresses.find('10.244.0.1', 0, 2000).kind, 'private');
});
