/**
 * Address → pod, service, node, or how far it reaches. A pod's claim on an address has a beginning and an end, so an
 * address that was given to another pod belongs to whoever held it when the event happened.
 */
import { addressScope, type Endpoint, formatAddress, isLoopbackAddress, Lru, parseAddress } from '@netguard/core';
import { ownsAddresses } from './identity-checks.ts';
import type { IdentityFile, PodIdentity } from './identity-file.ts';
import { PrefixTable } from './prefix-table.ts';

export interface AddressTableOptions {
  readonly nodeName: string;
  /** Addresses of this machine's interfaces; loopback ones are left out, since every namespace has those. */
  readonly nodeAddresses: readonly string[];
  readonly subnets?: readonly { readonly cidr: string; readonly label: string }[];
  readonly clusterCidrs?: readonly string[];
  readonly apiServers?: readonly string[];
}

interface PodClaim {
  readonly uid: string;
  endpoint: Endpoint;
  fromMs: number;
  /** Infinity while the pod has it. */
  untilMs: number;
}

interface ServiceClaim {
  readonly endpoint: Endpoint;
  readonly ports: ReadonlySet<number>;
}

/** Ended claims stay this long: late records still ask for them (trap 29). */
const KEEP_CLAIM_MS = 600_000;
/** Endpoints of addresses nobody claims; a flood of spoofed sources turns this over, and never grows it. */
const UNCLAIMED_CAPACITY = 16_384;
/* Where an API server shares its address with a node, its ports tell it from the node's other services. */
const API_SERVER_PORTS = new Set([443, 6443, 8443]);

export class AddressTable {
  readonly #options: AddressTableOptions;
  readonly #subnets = new PrefixTable<string>();
  readonly #clusterRanges = new PrefixTable<true>();
  readonly #pods = new Map<string, PodClaim[]>();
  #services = new Map<string, ServiceClaim[]>();
  #nodes = new Map<string, Endpoint>();
  #apiServers = new Map<string, Endpoint>();
  #own = new Set<string>();
  #unclaimed = new Lru<string, Endpoint>(UNCLAIMED_CAPACITY);
  #evicted = 0;

  constructor(options: AddressTableOptions) {
    this.#options = options;
    for (const { cidr, label } of options.subnets ?? []) this.#subnets.add(cidr, label);
    for (const cidr of options.clusterCidrs ?? []) this.#clusterRanges.add(cidr, true);
    this.update(null, Number.NEGATIVE_INFINITY);
  }

  /** Takes a snapshot as true from `atMs` on (a pod's own `startedAt` is more exact, where it is given). */
  update(identities: IdentityFile | null, atMs: number): void {
    this.#updatePods(identities?.pods ?? [], atMs);
    this.#updateServices(identities);
    this.#updateNodes(identities);
    this.#evicted += this.#unclaimed.evicted;
    this.#unclaimed = new Lru(UNCLAIMED_CAPACITY);
  }

  /** Who was at `ip` at `timeMs` (epoch ms, of the event). `port` tells services that share an address apart; 0: unknown. */
  find(ip: string, port: number, timeMs: number): Endpoint {
    const pod = this.#podClaim(ip, timeMs)?.endpoint;
    if (pod) return pod;
    const apiServer = this.#apiServers.get(ip);
    const node = this.#nodes.get(ip);
    if (apiServer && (!node || API_SERVER_PORTS.has(port))) return apiServer;
    const services = this.#services.get(ip);
    if (services) {
      for (const service of services) if (service.ports.has(port)) return service.endpoint;
      if (!node) return services[0]!.endpoint;
    }
    return node ?? this.#unclaimed.get(ip) ?? this.#describe(ip);
  }

  /** UID of the pod whose own address this was. */
  podUid(ip: string, timeMs: number): string | undefined {
    return this.#podClaim(ip, timeMs)?.uid;
  }

  isOwnNode(ip: string): boolean {
    return this.#own.has(ip);
  }

  get state() {
    const entries = this.#pods.size + this.#services.size + this.#nodes.size + this.#unclaimed.size;
    return {
      entries,
      capacity: UNCLAIMED_CAPACITY + this.#pods.size + this.#services.size + this.#nodes.size,
      evicted: this.#evicted + this.#unclaimed.evicted,
    };
  }

  #podClaim(ip: string, timeMs: number): PodClaim | undefined {
    const claims = this.#pods.get(ip);
    if (!claims) return undefined;
    for (let index = claims.length - 1; index >= 0; index--) {
      const claim = claims[index]!;
      if (timeMs >= claim.fromMs && timeMs < claim.untilMs) return claim;
    }
    return undefined;
  }

  #updatePods(pods: readonly PodIdentity[], atMs: number): void {
    const owners = new Map<string, PodIdentity>();
    for (const pod of pods) if (ownsAddresses(pod)) for (const ip of pod.ips) owners.set(ip, pod);
    for (const [ip, claims] of this.#pods) {
      const last = claims.at(-1)!;
      if (last.untilMs === Number.POSITIVE_INFINITY && owners.get(ip)?.uid !== last.uid) last.untilMs = atMs;
      const kept = claims.filter((claim) => claim.untilMs > atMs - KEEP_CLAIM_MS);
      if (kept.length === 0) this.#pods.delete(ip);
      else if (kept.length < claims.length) this.#pods.set(ip, kept);
    }
    for (const [ip, pod] of owners) this.#claim(ip, pod);
  }

  #claim(ip: string, pod: PodIdentity): void {
    const claims = this.#pods.get(ip) ?? [];
    const last = claims.at(-1);
    const endpoint = podEndpoint(ip, pod);
    if (last?.uid === pod.uid && last.untilMs === Number.POSITIVE_INFINITY) {
      if (!sameEndpoint(last.endpoint, endpoint)) last.endpoint = endpoint;
      return;
    }
    const startedMs = pod.startedAt === undefined ? Number.NaN : Date.parse(pod.startedAt);
    /* Without a start time it has the address since the one before lost it. */
    const fromMs = Number.isNaN(startedMs) ? (last?.untilMs ?? Number.NEGATIVE_INFINITY) : startedMs;
    if (last && last.untilMs > fromMs) last.untilMs = Math.max(last.fromMs, fromMs);
    claims.push({ uid: pod.uid, endpoint, fromMs, untilMs: Number.POSITIVE_INFINITY });
    this.#pods.set(ip, claims);
  }

  #updateServices(identities: IdentityFile | null): void {
    this.#services = new Map();
    this.#apiServers = new Map();
    for (const ip of this.#options.apiServers ?? [])
      this.#apiServers.set(canonical(ip), apiServerEndpoint(canonical(ip)));
    for (const service of identities?.services ?? []) {
      const { namespace, name } = service;
      if (namespace === 'default' && name === 'kubernetes') {
        for (const { ips } of service.endpoints ?? []) {
          for (const ip of ips) this.#apiServers.set(ip, apiServerEndpoint(ip));
        }
      }
      for (const ip of service.ips) {
        if (namespace === 'default' && name === 'kubernetes') {
          this.#apiServers.set(ip, apiServerEndpoint(ip));
          continue;
        }
        const endpoint = Object.freeze<Endpoint>({ ip, kind: 'service', namespace, service: name });
        const claims = this.#services.get(ip) ?? [];
        claims.push({ endpoint, ports: new Set(service.ports.map((port) => port.port)) });
        this.#services.set(ip, claims);
      }
    }
  }

  #updateNodes(identities: IdentityFile | null): void {
    const { nodeName, nodeAddresses } = this.#options;
    this.#nodes = new Map();
    this.#own = new Set(nodeAddresses.map(canonical).filter((ip) => !isLoopbackAddress(ip)));
    for (const ip of this.#own) this.#nodes.set(ip, nodeEndpoint(ip, nodeName));
    for (const node of identities?.nodes ?? []) {
      for (const ip of node.ips) {
        this.#nodes.set(ip, nodeEndpoint(ip, node.name));
        if (node.name === nodeName) this.#own.add(ip);
      }
    }
  }

  #describe(ip: string): Endpoint {
    const bytes = parseAddress(ip);
    const scope = addressScope(ip);
    const inCluster = bytes !== undefined && this.#clusterRanges.find(bytes) === true;
    const builtIn = scope === 'loopback' || scope === 'multicast' ? scope : undefined;
    const label = (bytes && this.#subnets.find(bytes)) ?? builtIn;
    const kind = kindOfScope(inCluster && scope === 'world' ? 'private' : scope);
    const endpoint = Object.freeze<Endpoint>({ ip, kind, ...(label === undefined ? {} : { subnetLabel: label }) });
    this.#unclaimed.set(ip, endpoint);
    return endpoint;
  }
}

function kindOfScope(scope: ReturnType<typeof addressScope>): Endpoint['kind'] {
  if (scope === 'world') return 'world';
  return scope === 'link-local' || scope === 'multicast' ? 'link-local' : 'private';
}

export function podEndpoint(ip: string, pod: PodIdentity, container?: string): Endpoint {
  return Object.freeze<Endpoint>({
    ip,
    kind: 'pod',
    namespace: pod.namespace,
    pod: pod.name,
    ...(container === undefined ? {} : { container }),
    ...workloadOf(pod),
  });
}

/** A pod without controller belongs to those that were made from the same name. */
export function workloadOf(pod: PodIdentity): Pick<Endpoint, 'workload'> {
  if (pod.workload !== undefined) return { workload: Object.freeze({ ...pod.workload }) };
  const stem = pod.generateName?.replace(/[-.]+$/, '');
  return stem === undefined || stem === '' ? {} : { workload: Object.freeze({ kind: 'Pod', name: stem }) };
}

export function nodeEndpoint(ip: string, name: string): Endpoint {
  return Object.freeze<Endpoint>({ ip, kind: 'node', workload: Object.freeze({ kind: 'Node', name }) });
}

function apiServerEndpoint(ip: string): Endpoint {
  return Object.freeze<Endpoint>({ ip, kind: 'kube-apiserver', namespace: 'default', service: 'kubernetes' });
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.pod === b.pod &&
    a.namespace === b.namespace &&
    a.workload?.kind === b.workload?.kind &&
    a.workload?.name === b.workload?.name
  );
}

function canonical(ip: string): string {
  const bytes = parseAddress(ip);
  return bytes === undefined ? ip : formatAddress(bytes, 0);
}
