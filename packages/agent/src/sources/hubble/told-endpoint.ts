import type { Endpoint } from '@netguard/core';
import type { FlowEndpoint } from './messages.ts';

/** Cilium's reserved identities, by number (pkg/identity/numericidentity.go); any number from 16777216 on is of an address range. */
const RESERVED: ReadonlyMap<number, Told['kind']> = new Map([
  [1, 'host'],
  [2, 'world'],
  [6, 'remote-node'],
  [7, 'kube-apiserver'],
  [9, 'world'],
  [10, 'world'],
]);
const RESERVED_LABELS: ReadonlyMap<string, Told['kind']> = new Map([
  ['reserved:host', 'host'],
  ['reserved:world', 'world'],
  ['reserved:world-ipv4', 'world'],
  ['reserved:world-ipv6', 'world'],
  ['reserved:remote-node', 'remote-node'],
  ['reserved:kube-apiserver', 'kube-apiserver'],
]);

/** What a flow says of who is at one of its ends. */
export interface Told {
  readonly kind: 'pod' | 'host' | 'remote-node' | 'kube-apiserver' | 'world' | 'unknown';
  /** Tells one from the next at the same address; the same for the same end. */
  readonly key: string;
  /** The API server runs on a node, whose other services answer there too. */
  readonly isNodeToo?: boolean;
}

/** Reads the end of a flow. `node` is the name of the node that told of it: what `reserved:host` is. */
export function toldOf(end: FlowEndpoint | null | undefined, node: string): Told {
  if (!end) return { kind: 'unknown', key: '' };
  const { identity = 0, namespace, podName } = end;
  if (podName && namespace) return { kind: 'pod', key: short(`${namespace}/${podName}`) };
  const kind = RESERVED.get(identity) ?? kindOfLabels(end.labels ?? []) ?? 'unknown';
  if (kind === 'kube-apiserver') return { kind, key: kind, isNodeToo: (end.labels ?? []).some(isOfNode) };
  return { kind, key: kind === 'host' ? `host ${node}` : kind };
}

/** As an endpoint, of what the flow alone says; `fallback` is what is known of the address otherwise. */
export function toldEndpoint(ip: string, told: Told, end: FlowEndpoint, node: string, fallback: Endpoint): Endpoint {
  switch (told.kind) {
    case 'pod':
      return podOf(ip, end);
    case 'host':
      return Object.freeze<Endpoint>({ ip, kind: 'node', workload: Object.freeze({ kind: 'Node', name: node }) });
    case 'remote-node':
      return fallback.kind === 'node' ? fallback : Object.freeze<Endpoint>({ ip, kind: 'node' });
    case 'kube-apiserver':
      return Object.freeze<Endpoint>({ ip, kind: 'kube-apiserver', namespace: 'default', service: 'kubernetes' });
    case 'world':
      return fallback.kind === 'private' || fallback.kind === 'link-local'
        ? Object.freeze<Endpoint>({ ...fallback, kind: 'world' })
        : fallback;
    case 'unknown':
      return fallback;
  }
}

function podOf(ip: string, { namespace = '', podName = '', workloads = [] }: FlowEndpoint): Endpoint {
  const [workload] = workloads;
  const named =
    workload?.name && workload.kind ? { kind: short(workload.kind), name: short(workload.name) } : undefined;
  return Object.freeze<Endpoint>({
    ip,
    kind: 'pod',
    namespace: short(namespace),
    pod: short(podName),
    ...(named === undefined ? {} : { workload: Object.freeze(named) }),
  });
}

/** Labels of a range have both what it is part of and the range: the API server's and a node's come before the world's. */
function kindOfLabels(labels: readonly string[]): Told['kind'] | undefined {
  const kinds = labels.flatMap((label) => RESERVED_LABELS.get(label) ?? []);
  return kinds.find((kind) => kind !== 'world') ?? kinds[0];
}

/** No name of Kubernetes is longer; what is kept does not grow with what somebody sends. */
function short(name: string): string {
  return name.length <= 253 ? name : name.slice(0, 253);
}

function isOfNode(label: string): boolean {
  return label === 'reserved:host' || label === 'reserved:remote-node';
}
