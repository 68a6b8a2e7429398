/** Objects of the Kubernetes API for tests, with the fields that matter and some that do not; each test overrides its own. */
import type { StoredObject } from './api-server-double.ts';

type Part = Readonly<Record<string, unknown>>;

/** 64 hex digits. */
export function containerId(nth: number): string {
  return nth.toString(16).padStart(64, '0');
}

export function uidOf(nth: number): string {
  return `00000000-0000-4000-8000-${String(nth).padStart(12, '0')}`;
}

interface PodParts {
  readonly metadata?: Part;
  readonly spec?: Part;
  readonly status?: Part;
}

/** The nth pod: running in namespace `shop`, at 10.244.x.y, with one container. */
export function rawPod(nth: number, name: string, { metadata, spec, status }: PodParts = {}): StoredObject {
  const ip = `10.244.${nth >> 8}.${nth & 255}`;
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: uidOf(nth),
      labels: { app: 'web' },
      managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:status': { 'f:phase': {} } } }],
      ...metadata,
    },
    spec: {
      nodeName: 'worker-1',
      serviceAccountName: 'web',
      containers: [
        {
          name: 'app',
          image: 'registry.example/web:1',
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          readinessProbe: { httpGet: { path: '/', port: 'http' } },
          livenessProbe: { tcpSocket: { port: 8081 } },
        },
      ],
      ...spec,
    },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      startTime: '2026-03-01T00:00:00Z',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-03-01T00:00:09Z' }],
      containerStatuses: [{ name: 'app', containerID: `containerd://${containerId(nth)}`, state: { running: {} } }],
      ...status,
    },
  };
}

export function controlledBy(kind: string, name: string, nth: number) {
  return { ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: uidOf(nth), controller: true }] };
}

/** A ReplicaSet or Job. */
export function rawOwner(nth: number, name: string, metadata: Part = {}): StoredObject {
  return { metadata: { name, namespace: 'shop', uid: uidOf(nth), ...metadata }, spec: { replicas: 1 } };
}

export function rawService(name: string, clusterIP: string, spec: Part = {}): StoredObject {
  return {
    metadata: { name, namespace: 'shop', uid: `uid-of-${name}` },
    spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }], ...spec },
    status: { loadBalancer: {} },
  };
}

export function rawSlice(name: string, service: string, ips: readonly string[], more: Part = {}): StoredObject {
  return {
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    ...more,
  };
}

export function rawNamespace(name: string, labels: Readonly<Record<string, string>> = {}): StoredObject {
  return {
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
    status: { phase: 'Active' },
  };
}

/** A NetworkPolicy of namespace `shop`; its pods are those labelled `app: db` unless the spec says otherwise. */
export function rawPolicy(name: string, spec: Part = {}): StoredObject {
  return {
    metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, managedFields: [{ manager: 'kubectl' }] },
    spec: { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'], ...spec },
  };
}

/** An AdminNetworkPolicy or BaselineAdminNetworkPolicy for every pod. */
export function rawAdminPolicy(name: string, spec: Part = {}): StoredObject {
  return { metadata: { name }, spec: { subject: { namespaces: {} }, ...spec } };
}

export function rawNode(name: string, ip: string): StoredObject {
  return {
    metadata: { name },
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      images: [{ names: ['registry.example/web:1'], sizeBytes: 1 }],
    },
  };
}
