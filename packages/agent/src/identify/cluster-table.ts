/**
 * What detectors and policies may ask of the cluster, from snapshots of identities and from the configuration. A watch of the
 * API server hands on the same snapshots (`IdentitySource`), so nothing here knows where they come from.
 */
import {
  type AccessProtocol,
  type Backend,
  type ClusterView,
  type Endpoint,
  type LoginService,
  type PodFacts,
  parseAddress,
  type SubjectLookup,
  unknownCluster,
  workloadKey,
} from '@netguard/core';
import { podEndpoint } from './address-table.ts';
import { DeclaredPorts } from './declared-ports.ts';
import type { IdentityFile } from './identity-file.ts';
import { PodFactsTable } from './pod-facts.ts';
import { PrefixTable } from './prefix-table.ts';
import { ServiceTable } from './service-table.ts';
import { WorkloadScales } from './workload-scales.ts';

export interface ClusterTableOptions {
  readonly apiServers?: readonly string[];
  readonly metadata?: readonly string[];
  readonly resolvers?: readonly string[];
  /** Addresses and ranges. */
  readonly sharedAddresses?: readonly string[];
  readonly loginPorts?: readonly { readonly port: number; readonly service: LoginService }[];
}

const DNS_PORT = 53;
const NODE_LOCAL_DNS = '169.254.20.10';
/* kube-apiserver --service-node-port-range, unless somebody changed it. */
const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

export class ClusterTable implements ClusterView, SubjectLookup {
  readonly loginPorts: ReadonlyMap<number, LoginService>;
  readonly #options: ClusterTableOptions;
  readonly #isOwnNode: (ip: string) => boolean;
  readonly #pods = new PodFactsTable();
  readonly #services = new ServiceTable();
  readonly #declared = new DeclaredPorts();
  readonly #scales = new WorkloadScales();
  readonly #sharedRanges = new PrefixTable<true>();
  #sharedWorkloads = new Set<string>();
  #resolvers = new Set<string>();
  #resolverWorkloads = new Set<string>();
  #behind = new WeakMap<Endpoint, Endpoint>();
  #generation = 0;

  constructor(options: ClusterTableOptions, isOwnNode: (ip: string) => boolean) {
    this.#options = options;
    this.#isOwnNode = isOwnNode;
    this.loginPorts = new Map((options.loginPorts ?? []).map(({ port, service }) => [port, service]));
    for (const text of options.sharedAddresses ?? []) this.#sharedRanges.add(withPrefix(text), true);
    this.update(null, Number.NEGATIVE_INFINITY);
  }

  /** Takes a snapshot as true from `atMs` on. */
  update(identities: IdentityFile | null, atMs: number): void {
    this.#pods.update(identities, atMs);
    this.#services.update(identities, this.#pods);
    this.#declared.update(identities, apiServerAddresses(identities, this.#options), atMs);
    this.#scales.update(identities, atMs);
    this.#sharedWorkloads = new Set(
      (identities?.workloads ?? [])
        .filter(({ shared }) => shared)
        .map(({ namespace, kind, name }) => `${namespace}/${kind}/${name}`),
    );
    this.#updateResolvers(identities);
    this.#behind = new WeakMap();
    this.#generation++;
  }

  get generation(): number {
    return this.#generation;
  }

  isShared(endpoint: Endpoint): boolean {
    /* As a source, a service's address is its load balancer's. */
    if (endpoint.kind === 'node' || endpoint.kind === 'service') return true;
    if (this.#sharedWorkloads.size > 0 && this.#sharedWorkloads.has(workloadKey(endpoint))) return true;
    if ((this.#options.sharedAddresses ?? []).length === 0) return false;
    const bytes = parseAddress(endpoint.ip);
    return bytes !== undefined && this.#sharedRanges.find(bytes) === true;
  }

  isDeclared(ip: string, port: number, atMs: number): boolean {
    return this.#declared.has(ip, port, atMs);
  }

  isOwnNode(ip: string): boolean {
    return this.#isOwnNode(ip);
  }

  isApiServer(endpoint: Endpoint): boolean {
    return endpoint.kind === 'kube-apiserver';
  }

  isMetadata(ip: string): boolean {
    return unknownCluster.isMetadata(ip) || this.#options.metadata?.includes(ip) === true;
  }

  isResolver(endpoint: Endpoint): boolean {
    if (endpoint.port === DNS_PORT || this.#resolvers.has(endpoint.ip)) return true;
    return endpoint.kind === 'pod' && this.#resolverWorkloads.has(workloadKey(endpoint));
  }

  scale(workload: string, atMs: number): { readonly replicas: number; readonly changedMs: number } {
    return this.#scales.find(workload, atMs);
  }

  behind(endpoint: Endpoint): Endpoint {
    if (endpoint.kind !== 'service') return endpoint;
    let behind = this.#behind.get(endpoint);
    if (behind === undefined) {
      behind = this.#onlyWorkload(endpoint) ?? endpoint;
      this.#behind.set(endpoint, behind);
    }
    return behind;
  }

  pod(endpoint: Endpoint): PodFacts | undefined {
    return endpoint.kind === 'pod' ? this.#pods.find(endpoint.namespace, endpoint.pod) : undefined;
  }

  backends(endpoint: Endpoint, port: number, protocol: AccessProtocol): readonly Backend[] | undefined {
    if (endpoint.kind === 'node') {
      const known = this.#services.nodePortBackends(port, protocol);
      return known ?? (port >= FIRST_NODE_PORT && port <= LAST_NODE_PORT ? [] : undefined);
    }
    if (endpoint.kind !== 'service' && endpoint.kind !== 'kube-apiserver') return undefined;
    const found = this.#services.backends(`${endpoint.namespace}/${endpoint.service}`, port, protocol) ?? [];
    /* One of the addresses behind it: already where it arrives. */
    return found.some(({ ip }) => ip === endpoint.ip) ? undefined : found;
  }

  services(endpoint: Endpoint): readonly string[] {
    if (endpoint.kind === 'service') return [`${endpoint.namespace}/${endpoint.service}`];
    return this.#services.names(endpoint.ip || (this.pod(endpoint)?.ips[0] ?? ''));
  }

  #onlyWorkload(service: Endpoint): Endpoint | undefined {
    const pods = this.#services.pods(`${service.namespace}/${service.service}`);
    const first = pods?.[0];
    if (pods === undefined || first === undefined) return undefined;
    const key = keyOf(first);
    return pods.every((pod) => keyOf(pod) === key) ? endpointOf(first) : undefined;
  }

  #updateResolvers(identities: IdentityFile | null): void {
    const { resolvers = [] } = this.#options;
    this.#resolvers = new Set([NODE_LOCAL_DNS, ...resolvers, ...(identities?.resolvers ?? [])]);
    this.#resolverWorkloads = new Set();
    for (const { ips, ports } of identities?.services ?? []) {
      if (ports.some(({ port }) => port === DNS_PORT)) for (const ip of ips) this.#resolvers.add(ip);
    }
    for (const pod of identities?.pods ?? []) {
      const serves = pod.containers.some(({ ports = [] }) => ports.some(({ port }) => port === DNS_PORT));
      if (serves) this.#resolverWorkloads.add(workloadKey(podEndpoint('', pod)));
    }
  }
}

function apiServerAddresses(identities: IdentityFile | null, { apiServers = [] }: ClusterTableOptions): string[] {
  const service = identities?.services.find(({ namespace, name }) => namespace === 'default' && name === 'kubernetes');
  return [...apiServers, ...(service?.ips ?? [])];
}

function keyOf(pod: PodFacts): string {
  return workloadKey(endpointOf(pod));
}

function endpointOf({ name, namespace, ips, workload }: PodFacts): Endpoint {
  const ip = ips[0] ?? '';
  return Object.freeze<Endpoint>({
    ip,
    kind: 'pod',
    namespace: namespace.name,
    pod: name,
    ...(workload === undefined ? undefined : { workload }),
  });
}

function withPrefix(text: string): string {
  return text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
}
