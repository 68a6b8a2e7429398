import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ApiServerDouble } from '../testing/api-server-double.ts';
import { FollowedCluster } from '../testing/followed-cluster.ts';
import { rawPod } from '../testing/kubernetes-objects.ts';
import { tlsPairs } from '../testing/tls-pairs.ts';
import { until } from '../testing/until.ts';
import { openApiAccess, type Surroundings } from './api-access.ts';

let directory: string;
let server: ApiServerDouble;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-kubernetes-'));
  server = await ApiServerDouble.start({ tls: true });
  server.token = 'secret';
  server.put('pods', rawPod(1, 'web'));
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

function mount(token: string, ca: string = tlsPairs.one.cert): Surroundings {
  writeFileSync(join(directory, 'token'), token);
  writeFileSync(join(directory, 'ca.crt'), ca);
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) };
  return { env, serviceAccount: directory };
}

/** A kubeconfig of two contexts: `good` leads to the double. */
function kubeconfig(user: string, current = 'good'): string {
  const file = join(directory, 'config');
  const ca = Buffer.from(tlsPairs.one.cert).toString('base64');
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
current-context: ${current}
clusters:
- {name: here, cluster: {server: "https://127.0.0.1:${server.port}", certificate-authority-data: ${ca}}}
- {name: elsewhere, cluster: {server: "https://127.0.0.1:1"}}
contexts:
- {name: good, context: {cluster: here, user: me}}
- {name: other, context: {cluster: elsewhere, user: me}}
- {name: dangling, context: {cluster: nowhere, user: me}}
users:
- {name: me, user: ${user}}
`,
  );
  return file;
}

async function follows(access: Awaited<ReturnType<typeof openApiAccess>>): Promise<void> {
  assert.ok(access);
  await using cluster = new FollowedCluster(access);
  await until(() => cluster.podNames.join() === 'web');
}

test('by itself it is followed only where a service account is mounted', async () => {
  const nowhere: Surroundings = { env: {}, serviceAccount: join(directory, 'none') };
  assert.equal(await openApiAccess({ enabled: 'auto' }, nowhere), undefined);
  assert.equal(await openApiAccess({ enabled: 'never' }, mount('secret')), undefined);
  assert.equal(await openApiAccess({ enabled: 'never', kubeconfig: 'x' }, nowhere), undefined);
  await assert.rejects(openApiAccess({ enabled: 'always' }, nowhere), { code: 'NG_ERR_KUBERNETES_CONFIG' });
  await assert.rejects(openApiAccess({ enabled: 'auto' }, { ...mount('secret'), env: {} }), /KUBERNETES_SERVICE_HOST/);
  await assert.rejects(openApiAccess({ enabled: 'auto' }, mount('\n')), /token is empty/);
});

test('in a pod it is followed as the service account, whose token is read again each time', async () => {
  const access = await openApiAccess({ enabled: 'auto' }, mount('secret\n'));
  await follows(access);
  assert.equal(server.asked[0]?.token, 'secret');
  server.token = 'rotated';
  mount('rotated');
  await follows(access);
});

test('IPv6 addresses of the API server are taken', async () => {
  const surroundings = {
    ...mount('secret'),
    env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' },
  };
  assert.equal((await openApiAccess({ enabled: 'auto' }, surroundings))?.server.href, 'https://[fd00::1]/');
});

test('an API server that another authority vouches for is not trusted', async () => {
  const access = await openApiAccess({ enabled: 'auto' }, mount('secret', tlsPairs.two.cert));
  assert.ok(access);
  await using cluster = new FollowedCluster(access);
  await until(() => cluster.resource('nodes').lastError !== undefined);
  assert.match(cluster.resource('nodes').lastError ?? '', /self-signed certificate|unable to verify/);
  assert.equal(server.asked.length, 0);
});

test('a kubeconfig leads to its current context, or to the one that is named', async () => {
  await follows(await openApiAccess({ enabled: 'auto', kubeconfig: kubeconfig('{token: secret}') }));
  const file = kubeconfig('{token: secret}', 'other');
  await follows(await openApiAccess({ enabled: 'always', kubeconfig: file, context: 'good' }));
});

test('the token of a program that the kubeconfig names is asked for again when it is refused', async () => {
  const token = join(directory, 'exec-token');
  const print = `#!/bin/sh
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat ${token})"
`;
  const program = join(directory, 'credential');
  writeFileSync(program, print, { mode: 0o755 });
  writeFileSync(token, 'old');
  const exec = `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ${program}}}`;
  const access = await openApiAccess({ enabled: 'auto', kubeconfig: kubeconfig(exec) });
  assert.ok(access);
  await using cluster = new FollowedCluster(access);
  await until(() => cluster.resource('nodes').lastError === 'Unauthorized');
  writeFileSync(token, 'secret');
  await until(() => cluster.podNames.join() === 'web');
});

test('a kubeconfig that cannot be used is named', async () => {
  const refused = (settings: object) => openApiAccess({ enabled: 'auto', ...settings } as never);
  const file = kubeconfig('{token: secret}');
  const code = 'NG_ERR_KUBERNETES_CONFIG';
  await assert.rejects(refused({ kubeconfig: join(directory, 'none') }), { code, message: /none: ENOENT/ });
  await assert.rejects(refused({ kubeconfig: file, context: 'typo' }), { code, message: /no context "typo"/ });
  await assert.rejects(refused({ kubeconfig: file, context: 'dangling' }), { code, message: /cluster of its context/ });
  for (const text of ['', '[', '- 1', 'clusters: 7']) {
    writeFileSync(file, text);
    await assert.rejects(refused({ kubeconfig: file }), { code });
  }
});
