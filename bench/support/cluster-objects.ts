/** A cluster as its API server has it: pods of some 7 KB of JSON each, with what owns them and what leads to them. */
import type { StoredObject } from '../../packages/agent/src/testing/api-server-double.ts';
import {
  containerId,
  controlledBy,
  rawNode,
  rawOwner,
  rawPod,
  rawService,
  rawSlice,
} from '../../packages/agent/src/testing/kubernetes-objects.ts';

const PODS_PER_WORKLOAD = 10;
const PODS_PER_NODE = 50;
const OLD_REPLICA_SETS = 10;
const ENVIRONMENT = Array.from({ length: 30 }, (_, nth) => ({
  name: `SETTING_${nth}`,
  value: `value-of-setting-${nth}`,
}));
const VOLUMES = Array.from({ length: 5 }, (_, nth) => ({ name: `v${nth}`, configMap: { name: `config-${nth}` } }));
const MANAGED = Array.from({ length: 3 }, (_, nth) => ({
  manager: `manager-${nth}`,
  operation: 'Update',
  fieldsV1: Object.fromEntries(Array.from({ length: 25 }, (_, field) => [`f:field-${field}`, { '.': {}, 'f:x': {} }])),
}));

export interface ClusterObjects {
  readonly pods: readonly StoredObject[];
  readonly replicasets: readonly StoredObject[];
  readonly services: readonly StoredObject[];
  readonly endpointslices: readonly StoredObject[];
  readonly nodes: readonly StoredObject[];
}

/** `pods` pods of a tenth as many Deployments, each with its old ReplicaSets, a service and a slice. */
export function clusterObjects(pods: number): ClusterObjects {
  const workloads = Array.from({ length: Math.ceil(pods / PODS_PER_WORKLOAD) }, (_, nth) => nth);
  const all = Array.from({ length: pods }, (_, nth) => podObject(nth));
  return {
    pods: all,
    replicasets: workloads.flatMap((nth) => replicaSets(nth)),
    services: workloads.map((nth) =>
      rawService(`app-${nth}`, `10.96.${nth >> 8}.${nth & 255}`, { selector: { app: `app-${nth}` } }),
    ),
    endpointslices: workloads.map((nth) => {
      const ips = all
        .slice(nth * PODS_PER_WORKLOAD, (nth + 1) * PODS_PER_WORKLOAD)
        .map(({ status }) => (status as { podIP: string }).podIP);
      return rawSlice(`app-${nth}-x`, `app-${nth}`, ips);
    }),
    nodes: Array.from({ length: Math.ceil(pods / PODS_PER_NODE) }, (_, nth) =>
      rawNode(`node-${nth}`, `192.168.${nth >> 8}.${nth & 255}`),
    ),
  };
}

/** The nth pod; `restarts` makes it another one. */
export function podObject(nth: number, restarts = 0): StoredObject {
  const workload = Math.floor(nth / PODS_PER_WORKLOAD);
  const name = `app-${workload}-7d4f9c5b8d`;
  const container = {
    image: 'registry.example/team/application:2026-03-01@sha256:0123456789abcdef',
    env: ENVIRONMENT,
    volumeMounts: VOLUMES.map((volume) => ({ name: volume.name, mountPath: `/etc/${volume.name}` })),
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
  };
  return rawPod(nth, `${name}-${nth.toString(36).padStart(5, '0')}`, {
    metadata: {
      labels: {
        app: `app-${workload}`,
        'pod-template-hash': '7d4f9c5b8d',
        team: `team-${workload % 20}`,
        tier: 'backend',
      },
      annotations: { checksum: 'a'.repeat(64) },
      managedFields: MANAGED,
      ...controlledBy('ReplicaSet', name, ownerUid(workload, 0)),
    },
    spec: {
      nodeName: `node-${Math.floor(nth / PODS_PER_NODE)}`,
      containers: [
        { ...container, name: 'app' },
        { ...container, name: 'sidecar', ports: [] },
      ],
      volumes: VOLUMES,
    },
    status: {
      containerStatuses: [
        {
          name: 'app',
          containerID: `containerd://${containerId(nth * 2 + restarts * 10_000_000)}`,
          state: { running: {} },
        },
        { name: 'sidecar', containerID: `containerd://${containerId(nth * 2 + 1)}`, state: { running: {} } },
      ],
    },
  });
}

function replicaSets(workload: number): StoredObject[] {
  return Array.from({ length: OLD_REPLICA_SETS }, (_, revision) =>
    rawOwner(
      ownerUid(workload, revision),
      revision === 0 ? `app-${workload}-7d4f9c5b8d` : `app-${workload}-old${revision}`,
      controlledBy('Deployment', `app-${workload}`, 90_000_000 + workload),
    ),
  );
}

function ownerUid(workload: number, revision: number): number {
  return 50_000_000 + workload * OLD_REPLICA_SETS + revision;
}
