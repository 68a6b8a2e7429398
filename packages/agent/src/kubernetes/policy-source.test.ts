import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApiServerDouble } from '../testing/api-server-double.ts';
import { accessTo, FollowedCluster, QUICK } from '../testing/followed-cluster.ts';
import { rawAdminPolicy, rawPod, rawPolicy } from '../testing/kubernetes-objects.ts';
import { until } from '../testing/until.ts';
import type { WatchedResource } from './kubernetes-status.ts';
import type { ClusterPolicies } from './policy-books.ts';
import { type FollowedNames, PolicySource } from './policy-source.ts';

let server: ApiServerDouble;
let names: FollowedCluster;
let source: PolicySource;
let told: ClusterPolicies[];

beforeEach(async () => {
  server = await ApiServerDouble.start();
  server.withhold('policy.networking.k8s.io');
  server.put('pods', rawPod(1, 'db'));
});
afterEach(async () => {
  await Promise.all([source.stop(), names.source.stop()]);
  await server.close();
});

function follow(timing = {}): void {
  told = [];
  names = new FollowedCluster(accessTo(server));
  source = open(names.source, timing);
}

function open(followed: FollowedNames, timing = {}): PolicySource {
  return new PolicySource({
    access: accessTo(server),
    names: followed,
    onPolicies: (policies) => told.push(policies),
    timing: { ...QUICK, ...timing },
    foldMs: 5,
    lookMs: 10,
  });
}

const namesOf = () =>
  told
    .at(-1)
    ?.networkPolicies.map(({ name }) => name)
    .sort();
const stateOf = (resource: string) => source.watched.find(({ status }) => status.resource === resource)?.status.state;

describe('policies of the cluster', () => {
  it('are told whole once names are known, then as they change', async () => {
    server.put('networkpolicies', ...Array.from({ length: 12 }, (_, nth) => rawPolicy(`p-${nth}`)));
    follow({ pageSize: 5 });
    await until(() => told.length > 0);
    assert.equal(told[0]?.networkPolicies.length, 12);
    assert.deepEqual(told[0]?.networkPolicies[0], {
      namespace: 'shop',
      name: 'p-0',
      podSelector: { matchLabels: { app: 'db' }, matchExpressions: [] },
      ingress: [],
      egress: null,
    });
    server.put('networkpolicies', rawPolicy('new', { egress: [{}], policyTypes: ['Egress'] }));
    server.remove('networkpolicies', rawPolicy('p-0'));
    await until(() => namesOf()?.includes('new') === true && namesOf()?.includes('p-0') === false);
    assert.deepEqual(told.at(-1)?.networkPolicies.at(-1)?.egress, [{ peers: [], ports: [] }]);
    assert.equal(told.at(-1)?.networkPolicies.at(-1)?.ingress, null);
  });

  it('are not told before pods are known, nor while they cannot be', async () => {
    server.put('networkpolicies', rawPolicy('p'));
    server.forbid('pods', 'list');
    follow();
    await until(() => stateOf('networkpolicies') === 'watching' && server.askedOf('pods', 'list').length > 3);
    assert.deepEqual(told, []);
    server.allowAll();
    await until(() => namesOf()?.[0] === 'p');
  });

  it('that are told once more unchanged are no news', async () => {
    server.put('networkpolicies', rawPolicy('p'));
    follow();
    await until(() => told.length === 1);
    server.put('networkpolicies', rawPolicy('p'));
    server.put('networkpolicies', rawPolicy('q'));
    await until(() => namesOf()?.length === 2);
    assert.equal(told.length, 2);
  });

  it('survive lost history: nothing is forgotten before the new list is complete', async () => {
    server.put('networkpolicies', rawPolicy('p'), rawPolicy('q'));
    follow();
    await until(() => namesOf()?.length === 2);
    server.remove('networkpolicies', rawPolicy('q'));
    server.compact({ tellWatches: true });
    server.put('networkpolicies', rawPolicy('r'));
    await until(() => namesOf()?.join() === 'p,r');
    assert.ok(told.every(({ networkPolicies }) => networkPolicies.length > 0));
  });

  it('are off where they may not be read, which is said with what to allow, and on once they may', async () => {
    server.put('networkpolicies', rawPolicy('p'));
    follow();
    await until(() => namesOf()?.[0] === 'p');
    server.forbid('networkpolicies', 'list');
    server.forbid('networkpolicies', 'watch');
    server.cut();
    await until(() => stateOf('networkpolicies') === 'forbidden' && namesOf()?.length === 0);
    assert.equal(source.policies, null);
    server.allowAll();
    await until(() => namesOf()?.[0] === 'p');
  });

  it('that cannot be read forbid nothing, and are named', async () => {
    server.put('networkpolicies', rawPolicy('odd', { ingress: [{ from: [{ someday: {} }] }] }), rawPolicy('deny'));
    follow();
    await until(() => namesOf()?.length === 2);
    const odd = told.at(-1)?.networkPolicies.find(({ name }) => name === 'odd');
    assert.deepEqual(
      [odd?.podSelector.matchLabels, odd?.ingress, odd?.egress],
      [{}, [{ peers: [], ports: [] }], [{ peers: [], ports: [] }]],
    );
    assert.match(
      source.sentences().join(),
      /^NetworkPolicy shop\/odd cannot be read \(spec\.ingress\.0\.from\.0.*\): nothing is held/,
    );
    server.put('networkpolicies', rawPolicy('odd'));
    await until(() => source.sentences().length === 0);
  });
});

describe('AdminNetworkPolicies', () => {
  it('that this API server does not have are nothing to speak of, also where nobody may ask', async () => {
    server.forbid('adminnetworkpolicies', 'list');
    server.put('networkpolicies', rawPolicy('p'));
    follow();
    await until(() => namesOf()?.[0] === 'p');
    assert.equal(stateOf('adminnetworkpolicies'), 'absent');
    assert.equal(stateOf('baselineadminnetworkpolicies'), 'absent');
    assert.deepEqual(source.sentences(), []);
    assert.deepEqual(told.at(-1)?.adminPolicies, []);
  });

  it('are followed where it has them', async () => {
    server.offer('policy.networking.k8s.io');
    const egress = [{ action: 'Deny', to: [{ networks: ['10.0.0.0/8'] }] }];
    server.put('adminnetworkpolicies', rawAdminPolicy('a', { priority: 5, egress }));
    server.put('baselineadminnetworkpolicies', rawAdminPolicy('default', { egress }));
    follow();
    await until(() => told.at(-1)?.adminPolicies.length === 2);
    assert.deepEqual(
      told.at(-1)?.adminPolicies.map(({ kind, priority }) => [kind, priority]),
      [
        ['AdminNetworkPolicy', 5],
        ['BaselineAdminNetworkPolicy', 0],
      ],
    );
    server.put('adminnetworkpolicies', rawAdminPolicy('b', { priority: 'high' }));
    await until(() => told.at(-1)?.adminPolicies.some(({ priority }) => priority < 0) === true);
    assert.match(
      source.sentences().join(),
      /AdminNetworkPolicy b cannot be read .* nothing is judged by policies of the cluster/,
    );
  });

  it('that may not be read keep all policies off, as they may allow what others forbid', async () => {
    server.offer('policy.networking.k8s.io');
    server.forbid('adminnetworkpolicies', 'list');
    server.put('networkpolicies', rawPolicy('p'));
    follow();
    await until(() => stateOf('adminnetworkpolicies') === 'forbidden' && stateOf('networkpolicies') === 'watching');
    assert.deepEqual(told, []);
    server.allowAll();
    await until(() => namesOf()?.[0] === 'p');
  });
});

it('policies are not judged by while names have not been current for long, which is said', async () => {
  server.put('networkpolicies', rawPolicy('p'));
  follow();
  await source.stop();
  let ageSeconds = 1;
  const watched = (): WatchedResource[] =>
    names.source.watched.map((one) => ({
      ...one,
      ageSeconds,
      hasSynced: true,
      status: { ...one.status, state: ageSeconds > 30 ? 'retrying' : 'watching' },
    }));
  source = open({
    isTold: true,
    get watched() {
      return watched();
    },
  });
  await until(() => namesOf()?.[0] === 'p');
  ageSeconds = 31;
  await until(() => namesOf()?.length === 0);
  assert.match(source.sentences().join(), /not judged by while names and policies are not current/);
  assert.equal(source.policies?.networkPolicies.length, 1);
  ageSeconds = 1;
  await until(() => namesOf()?.[0] === 'p');
  assert.deepEqual(source.sentences(), []);
});
