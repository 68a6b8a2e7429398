/** Who stands at one end of a conversation. Resolved once by `identify/`, then only read. */
export type EndpointKind =
  | 'pod'
  | 'service'
  | 'node'
  | 'kube-apiserver'
  | 'container'
  | 'unit'
  | 'process'
  | 'private'
  | 'link-local'
  | 'world';

export interface Workload {
  readonly kind: string;
  readonly name: string;
}

export interface ProcessRef {
  readonly pid: number;
  readonly comm: string;
}

export interface Endpoint {
  /** Canonical text: dotted IPv4 (also for v4-mapped addresses) or RFC 5952 IPv6. Empty when no address is known. */
  readonly ip: string;
  readonly port?: number;
  readonly kind: EndpointKind;
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly workload?: Workload;
  readonly service?: string;
  readonly process?: ProcessRef;
  readonly subnetLabel?: string;
  /** Of somebody in the world: the name that it is known and told apart by, whatever its address. */
  readonly domain?: string;
  /** The cgroup's own owner when the network namespace belongs to another pod (service mesh). */
  readonly via?: string;
}

/**
 * The stable name of an endpoint: namespace/workload, else container or unit, else address.
 * Fingerprints, edges and baselines key by it, so one cause seen from two pods of a workload is one.
 */
export function workloadKey(endpoint: Endpoint): string {
  if (endpoint.kind === 'world' || endpoint.kind === 'private') return endpoint.domain ?? endpoint.ip;
  let key = keys.get(endpoint);
  if (key === undefined) {
    key = makeKey(endpoint);
    keys.set(endpoint, key);
  }
  return key;
}

/** Identity hands out one frozen object per subject, and detectors ask for its key several times an observation. */
const keys = new WeakMap<Endpoint, string>();

function makeKey(endpoint: Endpoint): string {
  if (endpoint.workload) {
    return `${endpoint.namespace ?? ''}/${endpoint.workload.kind}/${endpoint.workload.name}`;
  }
  if (endpoint.pod) return `${endpoint.namespace ?? ''}/Pod/${endpoint.pod}`;
  if (endpoint.kind === 'container' || endpoint.kind === 'unit') {
    return `${endpoint.kind}/${endpoint.container ?? endpoint.service ?? endpoint.ip}`;
  }
  if (endpoint.service) return `${endpoint.namespace ?? ''}/Service/${endpoint.service}`;
  if (endpoint.kind === 'process' && endpoint.process) return `process/${endpoint.process.comm}`;
  return endpoint.ip;
}

/** How a person reads an endpoint: `shop/web-7d4f`, `shop/web` (an edge's workload), `nginx.service`, `curl[231]`, else the address. */
export function endpointName(endpoint: Endpoint): string {
  if (endpoint.pod) return endpoint.namespace ? `${endpoint.namespace}/${endpoint.pod}` : endpoint.pod;
  if (endpoint.workload) {
    return endpoint.namespace ? `${endpoint.namespace}/${endpoint.workload.name}` : endpoint.workload.name;
  }
  if (endpoint.service) return endpoint.namespace ? `${endpoint.namespace}/${endpoint.service}` : endpoint.service;
  if (endpoint.container) return endpoint.container;
  if (endpoint.process) return `${endpoint.process.comm}[${endpoint.process.pid}]`;
  return endpoint.domain ?? endpoint.subnetLabel ?? endpoint.ip;
}
