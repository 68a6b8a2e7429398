import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressTable } from './address-table.ts';
import type { IdentityDelta } from './identity-changes.ts';
import type { IdentityFile, PodIdentity } from './identity-file.ts';
import { IdentityStore } from './identity-store.ts';

const IP = '10.244.1.7';
const T0 = Date.parse('2026-03-01T00:00:00Z');

function pod(name: string, more: Partial<PodIdentity> = {}): PodIdentity {
  return {
    uid: `uid-of-${name}`,
    namespace: 'shop',
    name,
    labels: {},
    ips: [IP],
    containers: [],
    hostNetwork: false,
    phase: 'Running',
    ...more,
  };
}

function file(...pods: PodIdentity[]): IdentityFile {
  return { apiVersion: 'netguard/v1', kind: 'Identities', pods, services: [], nodes: [] };
}

function delta(more: Partial<IdentityDelta>): IdentityDelta {
  return {
    pods: [],
    podsGone: [],
    services: [],
    servicesGone: [],
    nodes: [],
    nodesGone: [],
    namespaces: [],
    namespacesGone: [],
    isNews: true,
    ...more,
  };
}

test('ids of containers are kept of pods on this node, and of those whose node nobody knows', () => {
  const store = new IdentityStore('node-1');
  const containers = [{ id: 'a'.repeat(64), name: 'app' }];
  const here = pod('web', { node: 'node-1', containers });
  const there = pod('db', { node: 'node-2', containers });
  const unknown = pod('job', { containers });
  const told = store.apply(delta({ pods: [here, there, unknown] })).pods.map(({ now }) => now);
  assert.deepEqual(told, [here, { ...there, containers: [{ name: 'app' }] }, unknown]);
  assert.deepEqual(
    store.replaceFile(file(pod('said', { node: 'node-2', containers }))).pods[0]?.now?.containers,
    containers,
  );
});

test('only what became different is a change', () => {
  const store = new IdentityStore();
  const [web, db] = [pod('web'), pod('db')];
  assert.deepEqual(store.replaceFile(file(web, db)).pods, [
    { before: undefined, now: web },
    { before: undefined, now: db },
  ]);
  const ready = { ...web, ready: true };
  assert.deepEqual(store.replaceFile(file(ready, { ...db })).pods, [{ before: web, now: ready }]);
  assert.deepEqual(store.replaceFile(file(ready)).pods, [{ before: db, now: undefined }]);
});

test('the API server is right where the file says otherwise, and the file is there again when it falls silent', () => {
  const store = new IdentityStore();
  const [said, seen] = [pod('web', { name: 'said' }), pod('web', { name: 'seen' })];
  store.replaceFile(file(said));
  assert.deepEqual(store.apply(delta({ pods: [seen] })).pods, [{ before: said, now: seen }]);
  assert.deepEqual(store.replaceFile(file({ ...said, labels: { a: 'b' } })).pods, []);
  assert.deepEqual(store.replaceFile(file(said)).pods, []);
  assert.deepEqual(store.apply(delta({ podsGone: [seen.uid] })).pods, [{ before: seen, now: said }]);
  assert.deepEqual(store.apply(delta({ podsGone: [seen.uid, 'never-there'] })).pods, []);
});

test('what is told first is no news', () => {
  const store = new IdentityStore();
  assert.equal(store.replaceFile(file()).isNews, false);
  assert.equal(store.replaceFile(file()).isNews, true);
  assert.equal(store.apply(delta({ isNews: false })).isNews, false);
});

test('a terminating pod keeps its address until it has to be gone, and gives way to the next one before', () => {
  const store = new IdentityStore();
  const addresses = new AddressTable({ nodeName: 'n', nodeAddresses: [] });
  const nameAt = (seconds: number) => addresses.find(IP, 0, T0 + seconds * 1000).pod;
  const apply = (changed: Partial<IdentityDelta>, seconds: number) =>
    addresses.apply(store.apply(delta(changed)), T0 + seconds * 1000);
  const old = pod('old', { startedAt: '2026-02-01T00:00:00Z' });
  apply({ pods: [old] }, 0);
  apply({ pods: [{ ...old, endsAt: '2026-03-01T00:00:40Z' }] }, 10);
  assert.deepEqual([nameAt(20), nameAt(39), nameAt(40)], ['old', 'old', undefined]);
  apply({ pods: [pod('new', { startedAt: '2026-03-01T00:00:30Z' })] }, 32);
  assert.deepEqual([nameAt(29), nameAt(30), nameAt(60)], ['old', 'new', 'new']);
  apply({ podsGone: ['uid-of-old'] }, 41);
  assert.deepEqual([nameAt(29), nameAt(30), nameAt(60)], ['old', 'new', 'new']);
});

test('of two running pods with one address the later one has it, whatever the order they are told in', () => {
  for (const order of [
    ['first', 'second'],
    ['second', 'first'],
  ]) {
    const store = new IdentityStore();
    const addresses = new AddressTable({ nodeName: 'n', nodeAddresses: [] });
    const startedAt = { first: '2026-03-01T00:00:00Z', second: '2026-03-01T00:01:00Z' } as const;
    for (const name of order) {
      const told = pod(name, { startedAt: startedAt[name as keyof typeof startedAt] });
      addresses.apply(store.apply(delta({ pods: [told] })), T0 + 120_000);
    }
    assert.equal(addresses.find(IP, 0, T0 + 30_000).pod, 'first');
    assert.equal(addresses.find(IP, 0, T0 + 90_000).pod, 'second');
    addresses.apply(store.apply(delta({ podsGone: ['uid-of-second'] })), T0 + 180_000);
    assert.equal(addresses.find(IP, 0, T0 + 200_000).pod, 'first');
  }
});
