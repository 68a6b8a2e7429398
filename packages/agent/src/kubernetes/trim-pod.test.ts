import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerId, controlledBy, rawPod, uidOf } from '../testing/kubernetes-objects.ts';
import { trimPod } from './trim-pod.ts';

test('of a pod stays what names need', () => {
  const { key, pod, owner } = trimPod(rawPod(1, 'web-1', { metadata: controlledBy('ReplicaSet', 'web-7d4f', 99) }))!;
  assert.equal(key, uidOf(1));
  assert.deepEqual(owner, { kind: 'ReplicaSet', name: 'web-7d4f', uid: uidOf(99) });
  assert.deepEqual(pod, {
    uid: uidOf(1),
    namespace: 'shop',
    name: 'web-1',
    serviceAccount: 'web',
    labels: { app: 'web' },
    ips: ['10.244.0.1'],
    node: 'worker-1',
    containers: [
      {
        id: containerId(1),
        name: 'app',
        ports: [{ port: 8080, protocol: 'TCP', name: 'http' }],
        probes: [8081, 8080],
      },
    ],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    startedAt: '2026-03-01T00:00:00Z',
  });
});

test('its addresses are its own from when its network was made', () => {
  const made = { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: '2026-03-01T00:00:04Z' };
  assert.equal(trimPod(rawPod(1, 'p', { status: { conditions: [made] } }))?.pod.startedAt, '2026-03-01T00:00:04Z');
});

test('a terminating pod is not ready, and ends with its last container or when its time is up', () => {
  const ended = (...times: (string | undefined)[]) => {
    const containerStatuses = times.map((finishedAt, nth) => ({
      name: `c${nth}`,
      state: finishedAt === undefined ? { running: {} } : { terminated: { finishedAt } },
    }));
    const metadata = { deletionTimestamp: '2026-03-01T00:01:00Z' };
    return trimPod(rawPod(1, 'p', { metadata, status: { containerStatuses } }))!.pod;
  };
  assert.deepEqual([ended(undefined).ready, ended(undefined).endsAt], [false, '2026-03-01T00:01:00Z']);
  assert.equal(ended('2026-03-01T00:00:30Z', '2026-03-01T00:00:40Z').endsAt, '2026-03-01T00:00:40Z');
  assert.equal(ended('2026-03-01T00:00:30Z', undefined).endsAt, '2026-03-01T00:01:00Z');
  assert.equal(ended().endsAt, '2026-03-01T00:01:00Z');
});

test('a static pod has the UID of its cgroup, and is one workload on all nodes', () => {
  const metadata = {
    annotations: {
      'kubernetes.io/config.mirror': 'x',
      'kubernetes.io/config.hash': 'A3E7E8B1C2D94F0F8A7B6C5D4E3F2A1B',
    },
    ...controlledBy('Node', 'worker-1', 5),
  };
  const { key, pod, owner } = trimPod(rawPod(2, 'kube-proxy-worker-1', { metadata }))!;
  assert.equal(key, uidOf(2));
  assert.equal(pod.uid, 'a3e7e8b1c2d94f0f8a7b6c5d4e3f2a1b');
  assert.equal(pod.generateName, 'kube-proxy-');
  assert.equal(owner, undefined);
});

test('a pod without controller keeps the name it was made from', () => {
  assert.equal(trimPod(rawPod(1, 'run-x1', { metadata: { generateName: 'run-' } }))?.pod.generateName, 'run-');
  const owned = { generateName: 'web-7d4f-', ...controlledBy('ReplicaSet', 'web-7d4f', 9) };
  assert.equal(trimPod(rawPod(1, 'web-7d4f-x1', { metadata: owned }))?.pod.generateName, undefined);
});

test('sidecars have ports, other init containers and debug containers are named while they are there', () => {
  const spec = {
    containers: [{ name: 'app' }],
    initContainers: [
      { name: 'mesh', restartPolicy: 'Always', ports: [{ containerPort: 15_090 }] },
      { name: 'setup', ports: [{ containerPort: 1 }] },
      { name: 'not-started' },
    ],
    ephemeralContainers: [{ name: 'debug' }],
  };
  const status = {
    containerStatuses: [],
    initContainerStatuses: [{ name: 'setup', containerID: `cri-o://${containerId(7)}` }],
    ephemeralContainerStatuses: [{ name: 'debug', containerID: `docker://${containerId(8)}` }],
  };
  assert.deepEqual(trimPod(rawPod(1, 'p', { spec, status }))?.pod.containers, [
    { name: 'app' },
    { name: 'mesh', ports: [{ port: 15_090, protocol: 'TCP' }] },
    { id: containerId(7), name: 'setup' },
    { id: containerId(8), name: 'debug' },
  ]);
});

test('hostile and broken objects are refused or cut, never thrown at', () => {
  const unusable = [
    {},
    { metadata: null },
    { metadata: { name: 'p', namespace: 'shop' } },
    { metadata: { name: 'p', uid: uidOf(1) } },
    { metadata: { name: '../../etc', namespace: 'shop', uid: uidOf(1) } },
    { metadata: { name: 'a\u001b[31m', namespace: 'shop', uid: uidOf(1) } },
    { metadata: { name: 'x'.repeat(300), namespace: 'shop', uid: uidOf(1) } },
    { metadata: { name: 'p', namespace: 'shop', uid: 'u'.repeat(100) } },
  ];
  for (const object of unusable) assert.equal(trimPod(object), undefined);

  const bare = trimPod({ metadata: { name: 'p', namespace: 'shop', uid: uidOf(1) } })!.pod;
  assert.deepEqual([bare.phase, bare.ips, bare.containers, bare.labels], ['Unknown', [], [], {}]);

  const labels = Object.fromEntries(Array.from({ length: 5000 }, (_, nth) => [`key-${nth}`, 'v']));
  const cut = trimPod(
    rawPod(1, 'p', {
      metadata: { labels: { long: 'x'.repeat(10_000), odd: 7, control: 'a\u0000b', empty: '', ...labels } },
      spec: {
        containers: Array.from({ length: 1000 }, (_, nth) => ({ name: `c${nth}`, ports: 'many' })),
        hostNetwork: 'no',
      },
      status: {
        phase: 'Melting',
        podIPs: [{ ip: '10.244.0.1' }, { ip: '10.244.0.1' }, { ip: 'fd00:0:0::1' }, { ip: 'x' }, { ip: 7 }, null],
        startTime: 'yesterday',
        conditions: { type: 'Ready' },
        containerStatuses: [{ name: 'c0', containerID: 'containerd://not-hex' }, null, 'x'],
      },
    }),
  )!.pod;
  assert.equal(Object.keys(cut.labels).length, 256);
  assert.deepEqual(
    [cut.labels.long, cut.labels.odd, cut.labels.control, cut.labels.empty],
    [undefined, undefined, undefined, ''],
  );
  assert.equal(cut.containers.length, 128);
  assert.deepEqual(cut.containers[0], { name: 'c0' });
  assert.deepEqual(cut.ips, ['10.244.0.1', 'fd00::1']);
  assert.deepEqual([cut.phase, cut.hostNetwork, cut.ready, cut.startedAt], ['Unknown', false, false, undefined]);
});
