import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, generatePolicies, policyScene } from '@netguard/core';
import { parseIdentities } from '../identify/load-identities.ts';
import { policyInputs } from '../policy/policy-inputs.ts';
import { deskOf } from '../testing/known-identities.ts';
import { edge, podEndpoint } from '../testing/samples.ts';
import { testApp } from '../testing/test-app.ts';
import type { BaselineView, PolicyInputsView } from './api-types.ts';

const IDENTITIES = `apiVersion: netguard/v1
kind: Identities
pods:
- {uid: 00000000-1, namespace: shop, name: web-1, workload: {kind: Deployment, name: web}, labels: {app: web}, ips: [10.1.0.1]}
- {uid: 00000000-2, namespace: shop, name: db-1, workload: {kind: StatefulSet, name: db}, labels: {app: db}, ips: [10.1.0.2]}
services:
- {namespace: shop, name: db, ips: [10.96.0.2], ports: [{port: 80, targetPort: 5432}], selector: {app: db}}
nodes: [{name: n2, ips: [192.168.0.2]}]
`;

const KNOWN: BaselineView = {
  workload: 'shop/Deployment/web',
  firstSeen: '2026-01-30T12:00:00.000Z',
  lastSeen: '2026-01-31T12:00:00.000Z',
  watchedSeconds: 3600,
  progress: 0.5,
  measures: {},
  facts: [
    {
      fact: '>203.0.113.0/24|443|TCP',
      firstSeen: '2026-01-30T12:00:00.000Z',
      lastSeen: '2026-01-31T12:00:00.000Z',
      count: 9,
    },
    {
      fact: 'sent to 203.0.113.0/24',
      firstSeen: '2026-01-30T12:00:00.000Z',
      lastSeen: '2026-01-31T12:00:00.000Z',
      count: 9,
    },
  ],
  factsEvicted: 3,
  runs: [],
};

async function asked() {
  const { app, state, clock } = testApp();
  state.identities = deskOf(parseIdentities(IDENTITIES, 'identities.yaml'));
  state.identityReadMs = clock.ms;
  const service = { ip: '10.96.0.2', kind: 'service', namespace: 'shop', service: 'db' } as const;
  const connections = { established: 9, refused: 0, timeout: 0, reset: 0 };
  state.apply({
    type: 'edges',
    edges: [edge({ source: podEndpoint('web-1'), destination: service, port: 80, reporter: 'client', connections })],
  });
  return (await app.inject('/api/v1/policy/inputs')).json() as PolicyInputsView;
}

test('the inputs of policies are who is who and all edges since the start', async () => {
  const view = await asked();
  assert.equal(view.node, 'node-1');
  assert.equal(view.hasIdentities, true);
  assert.deepEqual(
    view.identities.pods.map(({ labels }) => labels),
    [{ app: 'web' }, { app: 'db' }],
  );
  assert.deepEqual(
    view.edges.map(({ port, established, isAnswered }) => [port, established, isAnswered]),
    [[80, 9, true]],
  );
});

test('without a source of names that is said', async () => {
  const { app, state } = testApp();
  assert.equal((await app.inject('/api/v1/policy/inputs')).statusCode, 503);
  state.identities = deskOf(null);
  const view = (await app.inject('/api/v1/policy/inputs')).json() as PolicyInputsView;
  assert.deepEqual([view.hasIdentities, view.identities.pods, view.edges], [false, [], []]);
  assert.equal((await app.inject('/api/v1/policy/inputs?namespace=x')).statusCode, 400);
});

test('with what was learned they make policies: services resolved, learned networks there', async () => {
  const inputs = policyInputs(await asked(), [KNOWN]);
  assert.deepEqual(inputs.learning.get('shop/Deployment/web'), {
    progress: 0.5,
    watchedMs: 3_600_000,
    isDiverse: true,
  });
  assert.equal(inputs.edges.length, 2);
  assert.deepEqual(inputs.edges[0]?.source, endOf(podEndpoint('web-1')));
  const options = {
    namespace: 'shop',
    includeRare: false,
    includeAlerted: false,
    limits: { maxBlocks: 16, prefix: 32 },
  };
  const { policies } = generatePolicies(policyScene(inputs), [], options);
  const [, toDatabase, toWorld] = policies.find(({ name }) => name === 'netguard-web')?.egress ?? [];
  assert.deepEqual(toDatabase?.ports, [{ protocol: 'TCP', port: 5432 }]);
  assert.equal(toWorld?.subject, 'outside');
});
