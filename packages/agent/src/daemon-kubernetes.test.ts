import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type Config, configSchema } from './config/schema.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import type { PolicyInputsView, StatusResponse } from './http/api-types.ts';
import { createLogger } from './log.ts';
import { ApiServerDouble } from './testing/api-server-double.ts';
import { FakeWorker } from './testing/fake-worker.ts';
import { namingWorker } from './testing/known-identities.ts';
import { rawNamespace, rawPod, rawPolicy, rawService } from './testing/kubernetes-objects.ts';
import { alert } from './testing/samples.ts';
import { testConfig } from './testing/settings.ts';
import { tlsPairs } from './testing/tls-pairs.ts';
import { until } from './testing/until.ts';

let directory: string;
let server: ApiServerDouble;
let daemon: Daemon;
let logged: Record<string, unknown>[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-kubernetes-'));
  server = await ApiServerDouble.start({ tls: true });
  logged = [];
});
afterEach(async () => {
  await daemon.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

async function start(config: Partial<Config> = {}, worker = new FakeWorker()): Promise<FakeWorker> {
  const output = { write: (line: string) => void logged.push(JSON.parse(line)) };
  daemon = await startDaemon(testConfig({ stateDir: directory, ...config }), {
    version: '1',
    logger: await createLogger({ level: 'info', format: 'json', output }),
    createWorker: () => worker,
  });
  return worker;
}

function kubeconfig(): Config['kubernetes'] {
  const file = join(directory, 'config');
  const ca = Buffer.from(tlsPairs.one.cert).toString('base64');
  const cluster = { server: server.url.origin, 'certificate-authority-data': ca };
  const content = {
    'current-context': 'c',
    clusters: [{ name: 'k', cluster }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
  writeFileSync(file, JSON.stringify(content));
  return { enabled: 'auto', kubeconfig: file };
}

const get = async (path: string) => (await fetch(daemon.url + path)).text();
const status = async () => JSON.parse(await get('/api/v1/status')) as StatusResponse;

test('names from the API server reach the Worker, and status and metrics tell how current they are', async () => {
  server.put('pods', rawPod(1, 'web'));
  const worker = await start({ kubernetes: kubeconfig() });
  assert.deepEqual(worker.heardOf('start')[0]?.identities?.pods, []);
  await until(() => worker.heardOf('identity-delta').some(({ delta }) => delta.pods[0]?.name === 'web'));
  await until(async () => (await status()).identity.kubernetes.state === 'synced');
  const { identity, identityAgeSeconds, degraded } = await status();
  assert.ok(identityAgeSeconds !== null && identityAgeSeconds < 10);
  const pods = identity.kubernetes.resources.find(({ resource }) => resource === 'pods');
  assert.deepEqual(pods, { resource: 'pods', state: 'watching', objects: 1, resourceVersion: server.version });
  assert.ok(!degraded.some((sentence) => /API server/.test(sentence)));
  const metrics = await get('/metrics');
  assert.match(metrics, /^netguard_kubernetes_watch_restarts_total\{resource="pods"\} 0$/m);
  assert.match(metrics, /^netguard_identity_age_seconds \d/m);
});

test('policies can be made with names from the API server alone', async () => {
  server.put('namespaces', rawNamespace('shop', { team: 'blue' }));
  server.put('pods', rawPod(1, 'web'), rawPod(2, 'db'));
  server.put('services', rawService('db', '10.96.0.2', { selector: { app: 'db' } }));
  await start({ kubernetes: kubeconfig() }, namingWorker());
  const inputs = async () => JSON.parse(await get('/api/v1/policy/inputs')) as PolicyInputsView;
  await until(async () => (await inputs()).identities.pods.length === 2);
  await until(async () => (await inputs()).identities.services[0]?.endpoints !== undefined);
  const { hasIdentities, identities } = await inputs();
  assert.equal(hasIdentities, true);
  assert.deepEqual(identities.pods.map(({ name, labels }) => [name, labels.app]).sort(), [
    ['db', 'web'],
    ['web', 'web'],
  ]);
  assert.deepEqual(identities.services[0]?.ips, ['10.96.0.2']);
  assert.equal(identities.namespaces?.[0]?.labels.team, 'blue');
});

test('policies of the cluster reach the Worker while the detector is on, beside those of files', async () => {
  server.put('networkpolicies', rawPolicy('deny'), rawPolicy('same'));
  server.withhold('policy.networking.k8s.io');
  const file = join(directory, 'policies.yaml');
  const document = (name: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: {podSelector: {}}\n`;
  writeFileSync(file, `${document('same')}---\n${document('mine')}`);
  const config = { kubernetes: kubeconfig(), policy: { files: [file], fromCluster: 'auto' as const } };
  const worker = await start(config, namingWorker());
  const judged = () => worker.heardOf('policies').at(-1)?.policies.networkPolicies;
  const names = () =>
    judged()
      ?.map(({ name }) => name)
      .sort();
  await until(() => names()?.length === 3);
  assert.deepEqual(names(), ['deny', 'mine', 'same']);
  assert.deepEqual(judged()?.find(({ name }) => name === 'same')?.podSelector.matchLabels, { app: 'db' });
  const { networkPolicies } = JSON.parse(await get('/api/v1/policy/inputs')) as PolicyInputsView;
  assert.deepEqual(networkPolicies?.map(({ name }) => name).sort(), ['deny', 'same']);
  const { identity, degraded } = await status();
  const states = Object.fromEntries(identity.kubernetes.resources.map(({ resource, state }) => [resource, state]));
  assert.deepEqual([states.networkpolicies, states.adminnetworkpolicies], ['watching', 'absent']);
  assert.equal(identity.kubernetes.state, 'synced');
  assert.ok(!degraded.some((sentence) => /polic/i.test(sentence)), degraded.join());

  const detectors = { 'policy-violation': { mode: 'off' as const, parameters: {}, namespaces: {} } };
  daemon.applyConfig(testConfig({ stateDir: directory, ...config, detectors }));
  await until(() => names()?.join() === 'mine,same');
  await until(() => server.openWatches('networkpolicies') === 0);
  daemon.applyConfig(testConfig({ stateDir: directory, ...config }));
  await until(() => names()?.length === 3);
});

test('policies that may not be read are a line of `degraded` that says what to allow', async () => {
  server.forbid('networkpolicies', 'list');
  await start({ kubernetes: kubeconfig() });
  const line =
    /policies of the cluster are not read\. Allow the verbs list and watch on networkpolicies \(apiGroup networking\.k8s\.io\)/;
  await until(async () => (await status()).degraded.some((sentence) => line.test(sentence)));
  assert.equal((await status()).identity.kubernetes.state, 'synced');
});

test('an alert about a pod becomes an Event, by the way that names are read', async () => {
  const written: string[] = [];
  server.fault = ({ resource }, response) => {
    if (resource !== 'web-1' && resource !== 'events') return false;
    written.push(resource);
    response.writeHead(resource === 'web-1' ? 200 : 201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ metadata: { name: 'web-1', uid: 'uid-web' } }));
    return true;
  };
  const { sinks } = configSchema.parse({ apiVersion: 'netguard/v1', sinks: { events: { type: 'kubernetes-events' } } });
  const worker = await start({ kubernetes: kubeconfig(), sinks });
  worker.say({ type: 'alert', event: { type: 'open', alert: alert('a1', { source: null }) }, delayMs: 1 });
  await until(() => written.length === 2);
  assert.deepEqual(written, ['web-1', 'events']);
  await until(async () => (await status()).sinks[0]?.spooled === 0);
  assert.equal((await status()).sinks[0]?.state, 'ok');
});

test('a daemon is ready without the API server, and says that it is degraded', async () => {
  server.fault = (_asked, response) => {
    response.destroy();
    return true;
  };
  await start({ kubernetes: kubeconfig() });
  await until(async () => /API server/.test(await get('/readyz')));
  const answer = await fetch(`${daemon.url}/readyz`);
  assert.equal(answer.status, 200);
  assert.match(
    await answer.text(),
    /"degraded".*The API server at https:\/\/127\.0\.0\.1:\d+ has not told all names yet/,
  );
  assert.equal((await status()).identity.kubernetes.state, 'syncing');
  await until(() => logged.some(({ code }) => code === 'NG_WARN_KUBERNETES'));
});

test('without it there is nothing to be degraded', async () => {
  const worker = await start({ kubernetes: { enabled: 'never' } });
  assert.equal(worker.heardOf('start')[0]?.identities, null);
  const { identity, identityAgeSeconds } = await status();
  assert.deepEqual(identity.kubernetes, { state: 'off', ageSeconds: 0, resources: [] });
  assert.equal(identityAgeSeconds, null);
  assert.doesNotMatch(await get('/metrics'), /netguard_kubernetes_watch_restarts_total\{/);
});
