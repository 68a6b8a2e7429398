import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IdentityFile, NO_IDENTITIES } from '../identify/identity-file.ts';
import { IdentityStore } from '../identify/identity-store.ts';
import { IdentityDesk } from '../state/identity-desk.ts';
import { deskOf } from '../testing/known-identities.ts';
import { Inventory } from './inventory.ts';

function pod(nth: number, name = `p-${nth}`) {
  const uid = `00000000-0000-4000-8000-${String(nth).padStart(12, '0')}`;
  const labels = { app: 'web' };
  return {
    uid,
    namespace: 'shop',
    name,
    labels,
    ips: [],
    containers: [],
    hostNetwork: false,
    phase: 'Running',
  } as const;
}

test('names of the file and of the API server are one list, in which the latter are right', async () => {
  const store = new IdentityStore();
  const file: IdentityFile = {
    ...NO_IDENTITIES,
    pods: [pod(1, 'old'), pod(2)],
    services: [{ namespace: 'shop', name: 'db', ips: [], ports: [] }],
    namespaces: [{ name: 'shop', labels: { team: 'blue' } }],
    workloads: [{ namespace: 'shop', kind: 'Deployment', name: 'web', replicas: 2 }],
    resolvers: ['10.0.0.53'],
  };
  store.replaceFile(file);
  const nothing = { podsGone: [], services: [], servicesGone: [], nodesGone: [], namespaces: [], namespacesGone: [] };
  store.apply({ ...nothing, pods: [pod(1, 'new'), pod(3)], nodes: [{ name: 'n', ips: [] }], isNews: false });
  const desk: IdentityDesk = new IdentityDesk((id) => inventory.ask(id));
  const inventory = new Inventory(store, (answer) => desk.receive(structuredClone(answer)));
  const listed = desk.list();
  while (inventory.isAsked) inventory.advance();
  const { pods, nodes, ...rest } = await listed;
  assert.deepEqual(pods.map(({ name }) => name).sort(), ['new', 'p-2', 'p-3']);
  assert.deepEqual(nodes, [{ name: 'n', ips: [] }]);
  const { pods: _pods, nodes: _nodes, ...wanted } = file;
  assert.deepEqual(rest, wanted);
});

test('many are told in as many turns of the loop as it takes', async () => {
  const store = new IdentityStore();
  store.replaceFile({ ...NO_IDENTITIES, pods: Array.from({ length: 1200 }, (_, nth) => pod(nth)) });
  const parts: number[] = [];
  const desk: IdentityDesk = new IdentityDesk((id) => inventory.ask(id));
  const inventory = new Inventory(store, (answer) => {
    parts.push(answer.part.pods?.length ?? 0);
    desk.receive(answer);
  });
  const listed = desk.list();
  inventory.advance();
  assert.equal(inventory.isAsked, true);
  while (inventory.isAsked) inventory.advance();
  assert.equal((await listed).pods.length, 1200);
  assert.ok(Math.max(...parts) <= 500, String(parts));
});

test('who asks at the end is told that there is no answer', async () => {
  const desk = new IdentityDesk(() => {});
  const listed = desk.list();
  desk.close();
  await assert.rejects(listed, /NetGuard is stopping/);
  assert.deepEqual((await deskOf(null).list()).pods, []);
});
