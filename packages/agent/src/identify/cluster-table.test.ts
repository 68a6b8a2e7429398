import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { AccessRules, type Endpoint, workloadKey } from '@netguard/core';
import { update } from '../testing/whole-identities.ts';
import { AddressTable } from './address-table.ts';
import { ClusterTable, type ClusterTableOptions } from './cluster-table.ts';
import type { IdentityFile } from './identity-file.ts';
import { parseIdentities } from './load-identities.ts';

const T0 = Date.parse('2026-03-01T00:00:00Z');
const MINUTE = 60_000;

function identities(text: string): IdentityFile {
  return parseIdentities(`apiVersion: netguard/v1\nkind: Identities\n${text}`, 'test.yaml');
}

/** A pod of a Deployment, in one line of YAML; `more` begins with a comma. */
function pod(nth: number, name: string, more = ''): string {
  return `{uid: 0000000${nth}-aaaa, namespace: shop, name: ${name}-${nth}, workload: {kind: Deployment, name: ${name}}, ips: [10.0.0.${nth}]${more}}`;
}

function table(text: string, options: ClusterTableOptions = {}, atMs = T0): ClusterTable {
  const cluster = new ClusterTable(options, (ip) => ip === '192.168.0.1');
  update(cluster, identities(text), atMs);
  return cluster;
}

function endpointOf(text: string, ip: string, port = 0): Endpoint {
  const addresses = new AddressTable({ nodeName: 'n1', nodeAddresses: [] });
  update(addresses, identities(text), T0);
  return addresses.find(ip, port, T0);
}

const world = (ip: string): Endpoint => ({ ip, kind: 'world' });

describe('declared ports', () => {
  const text = `pods:
- ${pod(1, 'web', ', containers: [{name: app, ports: [8080, {port: 53, protocol: UDP, name: dns}], probes: [9090]}]')}
- {uid: 00000009-aaaa, namespace: kube-system, name: exporter, hostNetwork: true, ips: [192.168.0.7], containers: [{name: e, ports: [9100]}]}
- {uid: 00000008-aaaa, namespace: shop, name: done, phase: Succeeded, ips: [10.0.0.8], containers: [{name: e, ports: [80]}]}
services:
- {namespace: shop, name: web, ips: [10.96.0.10], ports: [{port: 80, targetPort: 8080, nodePort: 30080}], endpoints: [{ips: [10.0.0.1, 10.0.0.5], ports: [8081]}]}
- {namespace: shop, name: old, ports: [{port: 81, targetPort: 8181}], endpoints: [{ips: [10.0.0.6]}]}
- {namespace: default, name: kubernetes, ips: [10.96.0.1], ports: [443], endpoints: [{ips: [192.168.0.2], ports: [6443]}]}
nodes: [{name: n1, ips: [192.168.0.1]}]`;

  it('are those of containers, probes, services, ready endpoints, node ports, kubelets and API servers', () => {
    const cluster = table(text, { apiServers: ['192.168.0.3'] });
    const declared: [string, number][] = [
      ['10.0.0.1', 8080],
      ['10.0.0.1', 53],
      ['10.0.0.1', 9090],
      ['10.0.0.1', 8081],
      ['10.0.0.5', 8081],
      ['10.0.0.6', 8181],
      ['192.168.0.7', 9100],
      ['10.96.0.10', 80],
      ['192.168.0.1', 30_080],
      ['192.168.0.1', 10_250],
      ['192.168.0.2', 6443],
      ['192.168.0.3', 6443],
      ['10.96.0.1', 443],
    ];
    for (const [ip, port] of declared) assert.ok(cluster.isDeclared(ip, port, T0), `${ip}:${port}`);
    const others: [string, number][] = [
      ['10.0.0.1', 80],
      ['10.0.0.8', 80],
      ['10.0.0.2', 8080],
      ['192.168.0.7', 10_250],
    ];
    for (const [ip, port] of others) assert.ok(!cluster.isDeclared(ip, port, T0), `${ip}:${port}`);
  });

  it('are remembered for ten minutes after their end, and not longer', () => {
    const cluster = table(text);
    update(cluster, identities('pods: []'), T0 + MINUTE);
    assert.ok(cluster.isDeclared('10.0.0.1', 8080, T0 + 11 * MINUTE));
    assert.ok(!cluster.isDeclared('10.0.0.1', 8080, T0 + 11 * MINUTE + 1));
    update(cluster, identities('pods: []'), T0 + 20 * MINUTE);
    assert.ok(!cluster.isDeclared('10.0.0.1', 8080, T0 + 5 * MINUTE), 'forgotten');
  });

  it('that come back stand again', () => {
    const cluster = table(text);
    update(cluster, identities('pods: []'), T0 + MINUTE);
    update(cluster, identities(text), T0 + 2 * MINUTE);
    assert.ok(cluster.isDeclared('10.0.0.1', 8080, T0 + 60 * MINUTE));
  });
});

describe('what stands behind an address', () => {
  const text = `pods:
- ${pod(1, 'web', ', labels: {app: web}')}
- ${pod(2, 'web', ', labels: {app: web}, containers: [{name: a, ports: [{port: 8080, name: http}]}]')}
- ${pod(3, 'api', ', labels: {app: api}')}
services:
- {namespace: shop, name: web, ips: [10.96.0.10], ports: [{port: 80, targetPort: http}], selector: {app: web}}
- {namespace: shop, name: mixed, ips: [10.96.0.11], ports: [80], endpoints: [{ips: [10.0.0.1, 10.0.0.3]}]}
- {namespace: shop, name: outside, ips: [10.96.0.12], ports: [80], endpoints: [{ips: [203.0.113.9], ports: [8443]}]}
- {namespace: shop, name: unknown, ips: [10.96.0.13], ports: [80]}
- {namespace: shop, name: ports, ips: [10.96.0.14], ports: [{port: 80, name: http}, {port: 90, name: admin, nodePort: 30090}], endpoints: [{ips: [10.0.0.1], ports: [{port: 8000, name: http}, {port: 9000, name: admin}]}]}
- {namespace: default, name: kubernetes, ips: [10.96.0.1], ports: [443], endpoints: [{ips: [192.168.0.2], ports: [6443]}]}
nodes: [{name: n1, ips: [192.168.0.1]}]`;
  const cluster = table(text);
  const at = (ip: string, port: number) => endpointOf(text, ip, port);
  const backends = (ip: string, port: number) =>
    cluster.backends(at(ip, port), port, 'TCP')?.map((backend) => `${backend.ip}:${backend.port}`);

  it('is the one workload of a service, or the service itself', () => {
    assert.equal(workloadKey(cluster.behind(at('10.96.0.10', 80))), 'shop/Deployment/web');
    for (const ip of ['10.96.0.11', '10.96.0.12', '10.96.0.13']) {
      const service = at(ip, 80);
      assert.equal(cluster.behind(service), service);
    }
    const same = at('10.96.0.10', 80);
    assert.equal(cluster.behind(same), cluster.behind(same));
    assert.deepEqual(cluster.behind(world('203.0.113.1')), world('203.0.113.1'));
  });

  it('are pods by selector or endpoints, each at the port that serves', () => {
    assert.deepEqual(backends('10.96.0.10', 80), ['10.0.0.1:80', '10.0.0.2:8080']);
    assert.deepEqual(backends('10.96.0.12', 80), ['203.0.113.9:8443']);
    assert.deepEqual(backends('10.96.0.14', 80), ['10.0.0.1:8000']);
    assert.deepEqual(backends('10.96.0.14', 90), ['10.0.0.1:9000']);
    assert.deepEqual(backends('10.96.0.13', 80), []);
  });

  it('are what a node port leads to, and unknown for one that nobody declared', () => {
    assert.deepEqual(backends('192.168.0.1', 30_090), ['10.0.0.1:9000']);
    assert.deepEqual(backends('192.168.0.1', 30_091), []);
    assert.equal(backends('192.168.0.1', 22), undefined);
  });

  it('is the API server’s own address, which is where it arrives', () => {
    assert.deepEqual(backends('10.96.0.1', 443), ['192.168.0.2:6443']);
    assert.equal(at('192.168.0.2', 6443).kind, 'kube-apiserver');
    assert.equal(backends('192.168.0.2', 6443), undefined);
    assert.equal(backends('10.0.0.1', 80), undefined);
  });

  it('names the services of an address', () => {
    assert.deepEqual(cluster.services(at('10.0.0.1', 0)), ['shop/web', 'shop/mixed', 'shop/ports']);
    assert.deepEqual(cluster.services(at('10.96.0.10', 80)), ['shop/web']);
  });
});

describe('shared addresses', () => {
  const text = `pods:\n- ${pod(1, 'ingress')}\n- ${pod(2, 'web')}\nworkloads: [{namespace: shop, kind: Deployment, name: ingress, shared: true}]\nservices: [{namespace: shop, name: lb, ips: [198.51.100.4]}]`;
  const cluster = table(text, { sharedAddresses: ['198.51.100.9', '203.0.113.0/24', 'fd00::/64'] });

  it('are those of nodes, load balancers, proxies that are said to be, and the configuration', () => {
    const shared = [
      { ip: '1.1.1.1', kind: 'node' } as const,
      endpointOf(text, '198.51.100.4'),
      endpointOf(text, '10.0.0.1'),
      world('198.51.100.9'),
      world('203.0.113.77'),
      world('fd00::1'),
    ];
    for (const endpoint of shared) assert.ok(cluster.isShared(endpoint), endpoint.ip);
    for (const endpoint of [endpointOf(text, '10.0.0.2'), world('198.51.100.10')]) {
      assert.ok(!cluster.isShared(endpoint), endpoint.ip);
    }
  });
});

describe('resolvers and metadata', () => {
  const text = `pods: [${pod(1, 'coredns', ', containers: [{name: c, ports: [{port: 53, protocol: UDP}]}]')}]
services: [{namespace: kube-system, name: kube-dns, ips: [10.96.0.10], ports: [{port: 53, protocol: UDP}]}]
resolvers: [9.9.9.9]`;
  const cluster = table(text, { resolvers: ['1.1.1.1'], metadata: ['100.100.100.200'] });

  it('are those of the cluster, of the node, of the file and of the configuration', () => {
    for (const ip of ['10.96.0.10', '9.9.9.9', '1.1.1.1', '169.254.20.10', '10.0.0.1']) {
      assert.ok(cluster.isResolver(endpointOf(text, ip, 53)), ip);
    }
    assert.ok(!cluster.isResolver(world('8.8.8.8')));
    for (const ip of ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200']) assert.ok(cluster.isMetadata(ip), ip);
    assert.ok(!cluster.isMetadata('169.254.20.10'));
  });
});

describe('scale', () => {
  const key = 'shop/Deployment/web';

  it('is the number of ready pods, and never changed as far as the first snapshot tells', () => {
    const cluster = table(
      `pods: [${pod(1, 'web')}, ${pod(2, 'web', ', ready: false')}, ${pod(3, 'web', ', phase: Pending')}]`,
    );
    assert.deepEqual(cluster.scale(key, T0), { replicas: 1, changedMs: Number.NEGATIVE_INFINITY });
    assert.deepEqual(cluster.scale('shop/Deployment/none', T0).replicas, 1);
  });

  it('changes when pods come, go or are replaced', () => {
    const cluster = table(`pods: [${pod(1, 'web')}]`);
    update(cluster, identities(`pods: [${pod(1, 'web')}]`), T0 + 1000);
    assert.equal(cluster.scale(key, T0 + 1000).changedMs, Number.NEGATIVE_INFINITY);
    update(cluster, identities(`pods: [${pod(2, 'web')}]`), T0 + 2000);
    assert.deepEqual(cluster.scale(key, T0 + 2000), { replicas: 1, changedMs: T0 + 2000 });
    assert.equal(cluster.scale(key, T0 + 1500).changedMs, Number.NEGATIVE_INFINITY, 'not before it happened');
    update(cluster, identities('pods: []'), T0 + 3000);
    assert.deepEqual(cluster.scale(key, T0 + 3000), { replicas: 0, changedMs: T0 + 3000 });
    update(cluster, identities('pods: []'), T0 + 4000);
    assert.equal(cluster.scale(key, T0 + 4000).changedMs, T0 + 3000);
  });

  it('is what the file says of it', () => {
    const said = '{namespace: shop, kind: Deployment, name: web, replicas: 5, changedAt: "2026-03-01T00:00:10Z"}';
    const cluster = table(`pods: [${pod(1, 'web')}]\nworkloads: [${said}]`);
    assert.deepEqual(cluster.scale(key, T0 + 60_000), { replicas: 5, changedMs: T0 + 10_000 });
  });
});

describe('policies by identities', () => {
  const text = `pods:
- ${pod(1, 'web', ', labels: {app: web}, serviceAccount: web')}
- ${pod(2, 'db', ', labels: {app: db}')}
namespaces: [{name: shop, labels: {team: blue}}]`;

  it('use labels of pods and namespaces, and are judged anew when they change', () => {
    const cluster = table(text);
    const rules = new AccessRules(cluster);
    rules.setPolicies({
      accessPolicies: [],
      networkPolicies: [
        {
          namespace: 'shop',
          name: 'p',
          podSelector: { matchLabels: { app: 'db' }, matchExpressions: [] },
          ingress: [
            { peers: [{ namespaceSelector: { matchLabels: { team: 'blue' }, matchExpressions: [] } }], ports: [] },
          ],
          egress: null,
        },
      ],
    });
    const [web, db] = [endpointOf(text, '10.0.0.1'), endpointOf(text, '10.0.0.2')];
    assert.equal(rules.denial(web, db, 5432, 'TCP'), undefined);
    update(cluster, identities(text.replace('team: blue', 'team: red')), T0 + 1);
    assert.equal(rules.denial(web, db, 5432, 'TCP')?.direction, 'ingress');
  });

  it('still know a pod that was deleted a moment ago', () => {
    const cluster = table(text);
    update(cluster, identities('pods: []'), T0 + MINUTE);
    assert.equal(cluster.pod(endpointOf(text, '10.0.0.1'))?.serviceAccount, 'web');
    update(cluster, identities('pods: []'), T0 + 30 * MINUTE);
    assert.equal(cluster.pod(endpointOf(text, '10.0.0.1')), undefined);
  });
});

it('pods without controller are one workload by the name they were made from', () => {
  const text = `pods:
- {uid: 00000001-aaaa, namespace: ci, name: run-x1, generateName: run-, ips: [10.0.0.1]}
- {uid: 00000002-aaaa, namespace: ci, name: run-x2, generateName: run-, ips: [10.0.0.2]}`;
  assert.equal(workloadKey(endpointOf(text, '10.0.0.1')), 'ci/Pod/run');
  assert.equal(workloadKey(endpointOf(text, '10.0.0.2')), 'ci/Pod/run');
});

test('zones and search domains below which no name is judged are as questions have them', () => {
  const { quietZones } = table('', { dnsZones: ['Lists.Example.com.'], searchDomains: ['ec2.internal'] });
  assert.deepEqual([...quietZones], ['lists.example.com', 'ec2.internal']);
});
