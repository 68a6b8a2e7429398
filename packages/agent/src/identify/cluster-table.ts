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
import { canonicalZone } from './canonical-zone.ts';
import { DeclaredPorts } from './declared-ports.ts';
import { hasChanges, type IdentityChanges } from './identity-changes.ts';
import type { PodIdentity, ServiceIdentity } from './identity-file.ts';
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
  readonly dnsZones?: readonly string[];
  /** What the node's resolver puts behind names. */
  readonly searchDomains?: readonly string[];
}

const DNS_PORT = 53;
const NODE_LOCAL_DNS = '169.254.20.10';
/* kube-apiserver --service-node-port-range, unless somebody changed it. */
const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

export class ClusterTable implements ClusterView, SubjectLookup {
  readonly loginPorts: ReadonlyMap<number, LoginService>;
  readonly quietZones: ReadonlySet<string>;
  readonly #options: ClusterTableOptions;
  readonly #isOwnNode: (ip: string) => boolean;
  readonly #pods = new PodFactsTable();
  readonly #services = new ServiceTable(this.#pods);
  readonly #declared: DeclaredPorts;
  readonly #scales = new WorkloadScales();
  readonly #sharedRanges = new PrefixTable<true>();
  readonly #sharedWorkloads = new Set<string>();
  readonly #fixedResolvers: ReadonlySet<string>;
  #fileResolvers = new Set<string>();
  /* How many services of an address, and pods of a workload, serve DNS. */
  readonly #dnsServices = new Map<string, number>();
  readonly #dnsWorkloads = new Map<string, number>();
  #behind = new WeakMap<Endpoint, Endpoint>();
  #generation = 0;

  constructor(options: ClusterTableOptions, isOwnNode: (ip: string) => boolean) {
    this.#options = options;
    this.#isOwnNode = isOwnNode;
    this.loginPorts = new Map((options.loginPorts ?? []).map(({ port, service }) => [port, service]));
    this.quietZones = new Set([...(options.dnsZones ?? []), ...(options.searchDomains ?? [])].map(canonicalZone));
    for (const text of options.sharedAddresses ?? []) this.#sharedRanges.add(withPrefix(text), true);
    this.#declared = new DeclaredPorts(options.apiServers ?? []);
    this.#fixedResolvers = new Set([NODE_LOCAL_DNS, ...(options.resolvers ?? [])]);
  }

  /** Takes changes as true from `atMs` on. */
  apply(changes: IdentityChanges, atMs: number): void {
    this.#pods.apply(changes, atMs);
    this.#services.apply(changes.services);
    this.#declared.apply(changes, atMs);
    this.#scales.apply(changes, atMs);
    for (const { before, now } of changes.workloads) {
      if (before !== undefined) this.#sharedWorkloads.delete(`${before.namespace}/${before.kind}/${before.name}`);
      if (now?.shared === true) this.#sharedWorkloads.add(`${now.namespace}/${now.kind}/${now.name}`);
    }
    this.#changeResolvers(changes);
    if (!hasChanges(changes)) return;
    this.#behind = new WeakMap();
    this.#generation++;
  }

  /** What `isOwnNode` says is different from now on. */
  ownAddressesChanged(): void {
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
    const { ip, kind, port } = endpoint;
    if (port === DNS_PORT || this.#fixedResolvers.has(ip) || this.#fileResolvers.has(ip)) return true;
    if (this.#dnsServices.has(ip)) return true;
    return kind === 'pod' && this.#dnsWorkloads.has(workloadKey(endpoint));
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

  #changeResolvers({ pods, services, resolvers }: IdentityChanges): void {
    if (resolvers !== undefined) this.#fileResolvers = new Set(resolvers);
    for (const { before, now } of services) {
      for (const ip of dnsAddresses(now)) count(this.#dnsServices, ip, 1);
      for (const ip of dnsAddresses(before)) count(this.#dnsServices, ip, -1);
    }
    for (const { before, now } of pods) {
      if (now !== undefined && servesDns(now)) count(this.#dnsWorkloads, workloadKey(podEndpoint('', now)), 1);
      if (before !== undefined && servesDns(before))
        count(this.#dnsWorkloads, workloadKey(podEndpoint('', before)), -1);
    }
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const sum = (counts.get(key) ?? 0) + by;
  if (sum > 0) counts.set(key, sum);
  else counts.delete(key);
}

function dnsAddresses(service: ServiceIdentity | undefined): readonly string[] {
  return service?.ports.some(({ port }) => port === DNS_PORT) ? service.ips : [];
}

function servesDns({ containers }: PodIdentity): boolean {
  return containers.some(({ ports = [] }) => ports.some(({ port }) => port === DNS_PORT));
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
