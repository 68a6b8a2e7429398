import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as abi from '@netguard/core/abi';
import { parse } from 'yaml';
import { configSchema } from '../../packages/agent/src/config/schema.ts';
import { wantsClusterPolicies } from '../../packages/agent/src/policy/wants-cluster-policies.ts';
import { RESTART_KEYS } from '../../packages/agent/src/restart-needed.ts';
import { configMap, type KubeObject, only, render } from './support/helm-run.ts';

const podOf = (objects: readonly KubeObject[]) => only(objects, 'DaemonSet').spec.template.spec;
const usual = render();

/** `group/resource verbs` of the ClusterRole. */
function allowedBy(objects: readonly KubeObject[]): string[] {
  return only(objects, 'ClusterRole').rules.flatMap(({ apiGroups, resources, verbs }: KubeObject) =>
    resources.flatMap((resource: string) => apiGroups.map((group: string) => `${group}/${resource} ${verbs.join()}`)),
  );
}

test('exactly three capabilities, and nothing else that a container may be given', async () => {
  for (const objects of [await usual, await render({ ci: 'every-option' })]) {
    const pod = podOf(objects);
    const { securityContext } = pod.containers[0];
    assert.deepEqual(securityContext.capabilities, { drop: ['ALL'], add: ['BPF', 'PERFMON', 'NET_ADMIN'] });
    assert.equal(securityContext.runAsUser, 0);
    assert.equal(securityContext.privileged, false);
    assert.equal(securityContext.allowPrivilegeEscalation, false);
    assert.equal(securityContext.readOnlyRootFilesystem, true);
    assert.equal('hostNetwork' in pod, false);
    assert.equal('hostIPC' in pod, false);
    assert.equal(pod.enableServiceLinks, false);
    assert.equal(pod.containers.length, 1);
  }
});

test("the node's processes are seen unless hostPID is off", async () => {
  assert.equal(podOf(await usual).hostPID, true);
  assert.equal('hostPID' in podOf(await render({ ci: 'hostpid-false' })), false);
});

test('of the node only its state directory can be written', async () => {
  const pod = podOf(await usual);
  const paths = pod.volumes.filter((volume: KubeObject) => volume.hostPath);
  const mounts = paths.map(({ name, hostPath }: KubeObject) => {
    const mount = pod.containers[0].volumeMounts.find((one: KubeObject) => one.name === name);
    return `${hostPath.path} ${mount.mountPath} ${mount.readOnly === true ? 'ro' : 'rw'}`;
  });
  assert.deepEqual(mounts, [
    '/var/lib/netguard /var/lib/netguard rw',
    '/sys/fs/cgroup /sys/fs/cgroup ro',
    '/sys/fs/bpf /sys/fs/bpf ro',
  ]);
  const none = podOf(await render({ ci: 'no-rbac' })).volumes.filter((volume: KubeObject) => volume.hostPath);
  assert.deepEqual(
    none.map(({ hostPath }: KubeObject) => hostPath.path),
    ['/sys/fs/cgroup'],
  );
});

test('one pod reads Hubble, with no privilege, nothing of its node, and the certificates of the relay', async () => {
  const objects = await render({ ci: 'hubble' });
  assert.equal(
    objects.some(({ kind }) => kind === 'DaemonSet'),
    false,
  );
  const { spec } = only(objects, 'Deployment');
  assert.deepEqual([spec.replicas, spec.strategy], [1, { type: 'Recreate' }]);
  const pod = spec.template.spec;
  const { securityContext, volumeMounts } = pod.containers[0];
  assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] });
  assert.deepEqual([pod.securityContext.runAsNonRoot, securityContext.runAsUser], [true, undefined]);
  assert.equal('hostPID' in pod, false);
  assert.deepEqual(
    pod.volumes.filter((volume: KubeObject) => volume.hostPath),
    [],
  );
  assert.ok(volumeMounts.some(({ mountPath }: KubeObject) => mountPath === '/etc/netguard-hubble'));
  const { sources } = parse(configMap(objects).data['netguard.yaml']);
  assert.deepEqual(sources, {
    kind: 'hubble',
    hubble: {
      address: 'hubble-relay.kube-system.svc:443',
      tlsServerName: 'netguard.hubble-relay.cilium.io',
      tlsCaFile: '/etc/netguard-hubble/ca.crt',
      tlsCertFile: '/etc/netguard-hubble/tls.crt',
      tlsKeyFile: '/etc/netguard-hubble/tls.key',
    },
  });
});

test('values of Hubble that do not go together are refused with what to set', async () => {
  const hubble = (sources: object) => ({ config: { sources: { kind: 'hubble', ...sources } } });
  await assert.rejects(render({ values: hubble({}) }), /needs config\.sources\.hubble\.address/);
  const plain = hubble({ hubble: { address: 'r:80', insecure: true } });
  await assert.rejects(render({ values: { ...plain, hubble: { tlsSecret: 's' } } }), /no meaning with .*insecure/);
  await assert.rejects(render({ values: { hubble: { tlsSecret: 's' } } }), /needs config\.sources\.kind=hubble/);
  await assert.rejects(render({ values: { hubble: { clientCertificate: true } } }), /needs hubble\.tlsSecret/);
});

test('the configuration is mounted as a directory, so that it reloads', async () => {
  const mount = podOf(await usual).containers[0].volumeMounts.find((one: KubeObject) => one.name === 'config');
  assert.equal(mount.mountPath, '/etc/netguard');
  assert.equal('subPath' in mount, false);
});

test('an upgrade reaches the nodes a tenth at a time, and every node runs one', async () => {
  const { spec } = only(await usual, 'DaemonSet');
  assert.deepEqual(spec.updateStrategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } });
  assert.deepEqual(spec.template.spec.tolerations, [{ operator: 'Exists' }]);
  assert.deepEqual(spec.template.spec.nodeSelector, { 'kubernetes.io/os': 'linux' });
  assert.equal(
    (await usual).some(({ kind }) => kind === 'PodDisruptionBudget'),
    false,
  );
});

test('a selector has the three labels that never change, whatever else is set', async () => {
  const labels = (name: string) => ({
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': 'netguard',
    'app.kubernetes.io/component': 'agent',
  });
  assert.deepEqual(only(await usual, 'DaemonSet').spec.selector, { matchLabels: labels('netguard') });
  const every = await render({ ci: 'every-option' });
  assert.deepEqual(only(every, 'DaemonSet').spec.selector, { matchLabels: labels('guard') });
  assert.equal(only(every, 'DaemonSet').spec.template.metadata.labels.team, 'security');
});

test('probes ask where the program answers without a token', async () => {
  const [plain] = podOf(await usual).containers;
  assert.deepEqual(plain.livenessProbe.httpGet, { path: '/healthz', port: 'metrics' });
  assert.deepEqual(plain.readinessProbe.httpGet, { path: '/readyz', port: 'metrics' });
  assert.deepEqual(plain.ports, [{ name: 'metrics', containerPort: 9411, protocol: 'TCP' }]);
  const [byTls] = podOf(await render({ ci: 'every-option' })).containers;
  assert.deepEqual(byTls.readinessProbe.httpGet, { path: '/readyz', port: 'api', scheme: 'HTTPS' });
});

test('names of nodes come from the downward API', async () => {
  const { env } = podOf(await usual).containers[0];
  assert.ok(env.some(({ name }: KubeObject) => name === 'NETGUARD_NODE'));
  for (const { valueFrom } of env) assert.deepEqual(valueFrom, { fieldRef: { fieldPath: 'spec.nodeName' } });
});

/** How each key that takes a restart is changed; undefined where the chart lets nobody. */
const RESTARTS: Readonly<Record<string, Record<string, unknown> | undefined>> = {
  cluster: { config: { cluster: 'other' } },
  node: undefined,
  stateDir: undefined,
  server: { api: { port: 9420 } },
  'log.format': { config: { log: { format: 'json' } } },
  sources: { config: { sources: { ebpf: { tickMs: 500 } } } },
  identity: { config: { identity: { clusterCidrs: ['10.0.0.0/8'] } } },
  'payload.mode': { config: { payload: { mode: 'off' } } },
  'payload.ringBytes': { config: { payload: { ringBytes: 4096 } } },
  'metrics.listen': { metrics: { port: 9500 } },
  kubernetes: { config: { kubernetes: { enabled: 'never' } } },
};

const restartMark = (objects: readonly KubeObject[]): string =>
  only(objects, 'DaemonSet').spec.template.metadata.annotations['netguard/restart-settings'];

test('a setting that takes a restart rolls the pods', async () => {
  const before = restartMark(await usual);
  for (const key of RESTART_KEYS) {
    assert.ok(key in RESTARTS, `say in this test how ${key} is changed`);
    const values = RESTARTS[key];
    if (values !== undefined) assert.notEqual(restartMark(await render({ values })), before, key);
  }
});

test('a setting that reloads does not', async () => {
  const config = {
    log: { level: 'debug' },
    detectors: { 'syn-flood': { namespaces: { shop: { mode: 'observe' } } } },
    silences: [{ matchers: ['rule=port-scan'], endsAt: '2099-01-01T00:00:00Z' }],
    alerts: { resolveAfterMs: 5000 },
    flows: { recent: 1000 },
    learning: { seconds: 60 },
    metrics: { maxSeriesPerMetric: 100 },
    payload: { samplesPerSecond: 100, excludeNamespaces: ['bank'] },
    policy: { files: ['/etc/policies/shop.yaml'] },
  };
  const [before, changed] = [await usual, await render({ values: { config } })];
  assert.notDeepEqual(configMap(changed).data, configMap(before).data);
  assert.equal(restartMark(changed), restartMark(before));
});

const SMALL = {
  ringBytes: 262_144,
  maxSockets: 16_384,
  maxLiveRecords: 8192,
  maxListeners: 512,
  maxConversations: 8192,
  maxCgroups: 1024,
  maxProbes: 2048,
};
const DEFAULT = {
  ringBytes: 4_194_304,
  maxSockets: 131_072,
  maxLiveRecords: 131_072,
  maxListeners: 4096,
  maxConversations: 65_536,
  maxCgroups: 8192,
  maxProbes: 16_384,
};
const LARGE = {
  ringBytes: 33_554_432,
  maxSockets: 1_048_576,
  maxLiveRecords: 1_048_576,
  maxListeners: 16_384,
  maxConversations: 524_288,
  maxCgroups: 32_768,
  maxProbes: 131_072,
};
const MIB = 2 ** 20;
const PAYLOAD_RING = 2 * MIB;
const requestMib = (objects: readonly KubeObject[]) =>
  Number.parseInt(podOf(objects).containers[0].resources.requests.memory, 10);

test('memory follows the sizes of the kernel maps, as they were measured', async () => {
  // MiB of all maps: the table `memory` of bench/RESULTS.md.
  for (const [sizes, measured] of [
    [SMALL, 5.2],
    [DEFAULT, 29.8],
    [LARGE, 214.1],
  ] as const) {
    const maps =
      requestMib(await render({ values: { config: { sources: { ebpf: sizes }, payload: { ringBytes: 4096 } } } })) -
      112;
    assert.ok(maps >= measured && maps <= measured * 1.2 + 1, `${maps} MiB for ${measured}`);
  }
});

test('the formula is the documented one, with the sizes of the records of this build', async () => {
  const hash = (key: number, value: number) => 48 + Math.ceil(key / 8) * 8 + Math.ceil(value / 8) * 8 + 32;
  const { maxSockets, ringBytes, maxLiveRecords, maxListeners, maxConversations, maxCgroups, maxProbes } = DEFAULT;
  const maps =
    2 * MIB +
    PAYLOAD_RING +
    ringBytes +
    maxLiveRecords * abi.ngLiveRecord.SIZE +
    (maxLiveRecords / 8) * abi.ngLiveNew.SIZE +
    maxListeners * hash(abi.ngListenerKey.SIZE, abi.ngListenerValue.SIZE) +
    0.75 * maxConversations * hash(abi.ngConv4Key.SIZE, abi.ngConvValue.SIZE) +
    0.25 * maxConversations * hash(abi.ngConvKey.SIZE, abi.ngConvValue.SIZE) +
    maxCgroups * (abi.ngTotalValue.SIZE + hash(abi.ngTotalKey.SIZE, 4) + 4) +
    0.75 * maxProbes * hash(abi.ngProbe4Key.SIZE, abi.ngProbeValue.SIZE) +
    0.25 * maxProbes * hash(abi.ngProbeKey.SIZE, abi.ngProbeValue.SIZE);
  const limit = 256 * MIB + maps + maxSockets * 768 + 40_000 * 2048;
  assert.deepEqual(podOf(await usual).containers[0].resources, {
    requests: { cpu: '50m', memory: `${Math.ceil((112 * MIB + maps) / MIB)}Mi` },
    limits: { memory: `${Math.ceil(limit / MIB)}Mi` },
  });
});

test('resources that are given stand as they are', async () => {
  const resources = { requests: { cpu: '1', memory: '1Gi' } };
  assert.deepEqual(podOf(await render({ values: { resources } })).containers[0].resources, resources);
});

const NAMING = [
  '/pods list,watch',
  '/services list,watch',
  '/nodes list,watch',
  '/namespaces list,watch',
  'discovery.k8s.io/endpointslices list,watch',
  'apps/replicasets list,watch',
  'batch/jobs list,watch',
];
const POLICIES = [
  'networking.k8s.io/networkpolicies list,watch',
  'policy.networking.k8s.io/adminnetworkpolicies list,watch',
  'policy.networking.k8s.io/baselineadminnetworkpolicies list,watch',
];
const EVENTS = ['/pods get', 'events.k8s.io/events create'];
const REVIEWS = ['authentication.k8s.io/tokenreviews create', 'authorization.k8s.io/subjectaccessreviews create'];

test('the agent may read what names and judges traffic, and nothing else', async () => {
  assert.deepEqual(allowedBy(await usual), [...NAMING, ...POLICIES, ...EVENTS]);
  assert.deepEqual(allowedBy(await render({ ci: 'every-option' })), [...NAMING, ...EVENTS, ...REVIEWS]);
  const kinds = (await render({ ci: 'no-rbac' })).map(({ kind }) => kind);
  assert.deepEqual(
    kinds.filter((kind) => /Role|Account/.test(kind)),
    [],
  );
});

test('rights follow the configuration as the agent does', async () => {
  const detectors = (settings: object) => ({ 'policy-violation': settings });
  const cases: [object, boolean][] = [
    [{ detectors: detectors({ mode: 'off' }) }, false],
    [{ detectors: detectors({ mode: 'off', namespaces: { shop: { mode: 'observe' } } }) }, true],
    [{ detectors: detectors({ mode: 'off', namespaces: { shop: { raise: 2 } } }) }, false],
    [{ detectors: detectors({ parameters: { attempts: 9 } }) }, true],
    [{ detectors: detectors({ mode: 'off' }), policy: { fromCluster: 'always' } }, true],
    [{ policy: { fromCluster: 'never' } }, false],
  ];
  for (const [config, isFollowed] of cases) {
    const parsed = configSchema.parse({ apiVersion: 'netguard/v1', ...config });
    assert.equal(wantsClusterPolicies(parsed), isFollowed, JSON.stringify(config));
    const rights = allowedBy(await render({ values: { config, podEvents: false } }));
    assert.deepEqual(rights, isFollowed ? [...NAMING, ...POLICIES] : NAMING, JSON.stringify(config));
  }
});

test('alerts become Events by a sink of the chart’s, unless there is one, or nothing to write them with', async () => {
  const sinksOf = async (values: object) =>
    (parse(configMap(await render({ values })).data['netguard.yaml']) as { sinks?: object }).sinks;
  const own = { 'kubernetes-events': { type: 'kubernetes-events', minSeverity: 'medium' } };
  const file = { other: { type: 'file', path: '/x' } };
  const other = { pods: { type: 'kubernetes-events' }, ...file };
  assert.deepEqual(await sinksOf({ config: { sinks: file } }), { ...file, ...own });
  assert.deepEqual(await sinksOf({ config: { sinks: other } }), other);
  for (const values of [
    { podEvents: false },
    { config: { kubernetes: { enabled: 'never' } } },
    { serviceAccount: { automountToken: false } },
  ]) {
    assert.equal(await sinksOf(values), undefined, JSON.stringify(values));
    assert.ok(!allowedBy(await render({ values })).includes('events.k8s.io/events create'), JSON.stringify(values));
  }
  const values = { podEvents: false, config: { sinks: other } };
  assert.deepEqual(allowedBy(await render({ values })), [...NAMING, ...POLICIES, ...EVENTS]);
});

test('Secrets are mounted whole, and only where they are named', async () => {
  const names = (objects: readonly KubeObject[]) =>
    podOf(objects).volumes.flatMap(({ secret }: KubeObject) => (secret ? [secret.secretName] : []));
  assert.deepEqual(names(await usual), []);
  assert.deepEqual(names(await render({ ci: 'every-option' })), ['netguard-admin', 'netguard-tls', 'netguard-token']);
});
