/**
 * Address → pod, service, node, or how far it reaches. A pod's claim on an address has a beginning and an end, so an
 * address that was given to another pod belongs to whoever held it when the event happened.
 */
import { addressScope, type Endpoint, formatAddress, isLoopbackAddress, parseAddress } from '@netguard/core';
import type { Change, IdentityChanges } from './identity-changes.ts';
import { ownsAddresses } from './identity-checks.ts';
import type { NodeIdentity, PodIdentity, ServiceIdentity } from './identity-file.ts';
import { PrefixTable } from './prefix-table.ts';
import { StrangerCache } from './stranger-cache.ts';

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
  readonly fromMs: number;
  endpoint: Endpoint;
  /** Infinity while the pod has it; of a terminating one when it has to be gone. */
  untilMs: number;
  /** Its pod still lists the address. */
  isHeld: boolean;
}

interface ServiceClaim {
  readonly endpoint: Endpoint;
  readonly ports: ReadonlySet<number>;
}

/** Ended claims stay this long: late records still ask for them (trap 29). */
const KEEP_CLAIM_MS = 600_000;
/* Where an API server shares its address with a node, its ports tell it from the node's other services. */
export const API_SERVER_PORTS: ReadonlySet<number> = new Set([443, 6443, 8443]);

export class AddressTable {
  readonly #options: AddressTableOptions;
  readonly #subnets = new PrefixTable<string>();
  readonly #clusterRanges = new PrefixTable<true>();
  readonly #pods = new Map<string, PodClaim[]>();
  readonly #services = new Map<string, ServiceClaim[]>();
  readonly #nodes = new Map<string, Endpoint>();
  /* Of this node, by its Node object. */
  readonly #own = new Set<string>();
  /* Interfaces of this machine: its own whatever is said of nodes, but for what is a Service's (IPVS). */
  #interfaces: ReadonlyMap<string, Endpoint> = new Map();
  /* By address alone: it does not matter who comes and goes. */
  readonly #unclaimed = new StrangerCache();
  readonly #describe = (ip: string): Endpoint => this.#describeAnew(ip);
  #apiServers = new Map<string, Endpoint>();
  /* Claims that ended, the first to end in front. */
  #ended: { readonly ip: string; readonly atMs: number }[] = [];

  constructor(options: AddressTableOptions) {
    this.#options = options;
    for (const { cidr, label } of options.subnets ?? []) this.#subnets.add(cidr, label);
    for (const cidr of options.clusterCidrs ?? []) this.#clusterRanges.add(cidr, true);
    this.setInterfaces(options.nodeAddresses);
    this.#setApiServers(undefined);
  }

  /** Takes changes as true from `atMs` on (a pod's own `startedAt` is more exact, where it is given). */
  apply({ pods, services, nodes }: IdentityChanges, atMs: number): void {
    for (const { before, now } of pods) if (before !== undefined) this.#release(before, now, atMs);
    for (const { now } of pods) {
      if (now !== undefined && ownsAddresses(now)) for (const ip of now.ips) this.#claim(ip, now, atMs);
    }
    this.#forgetBefore(atMs - KEEP_CLAIM_MS);
    for (const change of services) this.#changeService(change);
    for (const { before, now } of nodes) {
      if (before !== undefined) this.#removeNode(before);
      if (now !== undefined) this.#addNode(now);
    }
  }

  /** The addresses of this machine's interfaces, from now on. */
  setInterfaces(addresses: readonly string[]): void {
    const before = this.#interfaces;
    const ips = addresses.map(canonical).filter((ip) => !isLoopbackAddress(ip));
    this.#interfaces = new Map(ips.map((ip) => [ip, before.get(ip) ?? nodeEndpoint(ip, this.#options.nodeName)]));
  }

  /** Who was at `ip` at `timeMs` (epoch ms, of the event). `port` tells services that share an address apart; 0: unknown. */
  find(ip: string, port: number, timeMs: number): Endpoint {
    const pod = this.#podClaim(ip, timeMs)?.endpoint;
    if (pod) return pod;
    const apiServer = this.#apiServers.get(ip);
    const node = this.#nodes.get(ip) ?? this.#interfaces.get(ip);
    if (apiServer && (!node || API_SERVER_PORTS.has(port))) return apiServer;
    const services = this.#services.get(ip);
    if (services) {
      for (const service of services) if (service.ports.has(port)) return service.endpoint;
      if (!node) return services[0]!.endpoint;
    }
    return node ?? this.#unclaimed.get(ip, this.#describe);
  }

  /** UID of the pod whose own address this was. */
  podUid(ip: string, timeMs: number): string | undefined {
    return this.#podClaim(ip, timeMs)?.uid;
  }

  isOwnNode(ip: string): boolean {
    const isInterface = this.#interfaces.has(ip) && !this.#services.has(ip);
    return (isInterface || this.#own.has(ip)) && !this.#pods.has(ip);
  }

  get state() {
    const entries = this.#pods.size + this.#services.size + this.#nodes.size + this.#unclaimed.size;
    return {
      entries,
      capacity: this.#unclaimed.capacity + this.#pods.size + this.#services.size + this.#nodes.size,
      evicted: this.#unclaimed.evicted,
    };
  }

  #podClaim(ip: string, timeMs: number): PodClaim | undefined {
    const claims = this.#pods.get(ip);
    if (!claims) return undefined;
    /* Where several held it, the one that began last: a terminating pod gives way to the next. */
    let held: PodClaim | undefined;
    for (const claim of claims) {
      if (timeMs < claim.fromMs || timeMs >= claim.untilMs) continue;
      if (held === undefined || claim.fromMs >= held.fromMs) held = claim;
    }
    return held;
  }

  #release(before: PodIdentity, now: PodIdentity | undefined, atMs: number): void {
    const kept = now !== undefined && ownsAddresses(now) ? now.ips : [];
    for (const ip of before.ips) {
      const claim = kept.includes(ip) ? undefined : this.#heldBy(ip, before.uid);
      if (claim === undefined) continue;
      claim.isHeld = false;
      claim.untilMs = Math.max(claim.fromMs, Math.min(claim.untilMs, atMs));
      this.#ended.push({ ip, atMs });
    }
  }

  #claim(ip: string, pod: PodIdentity, atMs: number): void {
    const endpoint = podEndpoint(ip, pod);
    const untilMs = pod.endsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(pod.endsAt);
    const own = this.#heldBy(ip, pod.uid);
    if (own !== undefined) {
      if (!sameEndpoint(own.endpoint, endpoint)) own.endpoint = endpoint;
      own.untilMs = untilMs;
      return;
    }
    const claims = this.#pods.get(ip) ?? [];
    const startedMs = pod.startedAt === undefined ? Number.NaN : Date.parse(pod.startedAt);
    /* Without a start time it has the address since the one before lost it, or from now on. */
    const sinceMs = claims.reduce(
      (latest, claim) => Math.max(latest, Math.min(claim.untilMs, atMs)),
      Number.NEGATIVE_INFINITY,
    );
    const fromMs = Number.isNaN(startedMs) ? sinceMs : startedMs;
    claims.push({ uid: pod.uid, endpoint, fromMs, untilMs, isHeld: true });
    this.#pods.set(ip, claims);
  }

  #heldBy(ip: string, uid: string): PodClaim | undefined {
    return this.#pods.get(ip)?.find((claim) => claim.isHeld && claim.uid === uid);
  }

  #forgetBefore(timeMs: number): void {
    const first = this.#ended.findIndex(({ atMs }) => atMs > timeMs);
    for (const { ip } of this.#ended.splice(0, first === -1 ? this.#ended.length : first)) {
      const kept = this.#pods.get(ip)?.filter((claim) => claim.isHeld || claim.untilMs > timeMs) ?? [];
      if (kept.length === 0) this.#pods.delete(ip);
      else this.#pods.set(ip, kept);
    }
  }

  #changeService({ before, now }: Change<ServiceIdentity>): void {
    if (isApiServerService(before) || isApiServerService(now)) {
      this.#setApiServers(now);
      return;
    }
    if (before !== undefined && now !== undefined && faceOf(before) === faceOf(now)) return;
    for (const ip of before?.ips ?? []) {
      const left = (this.#services.get(ip) ?? []).filter(
        ({ endpoint }) => endpoint.namespace !== before?.namespace || endpoint.service !== before?.name,
      );
      if (left.length === 0) this.#services.delete(ip);
      else this.#services.set(ip, left);
    }
    if (now === undefined) return;
    const ports = new Set(now.ports.map(({ port }) => port));
    for (const ip of now.ips) {
      const endpoint = Object.freeze<Endpoint>({ ip, kind: 'service', namespace: now.namespace, service: now.name });
      const claims = this.#services.get(ip);
      if (claims === undefined) this.#services.set(ip, [{ endpoint, ports }]);
      else claims.push({ endpoint, ports });
    }
  }

  #setApiServers(service: ServiceIdentity | undefined): void {
    const endpoints = service?.endpoints ?? [];
    const configured = (this.#options.apiServers ?? []).map(canonical);
    const ips = [...configured, ...(service?.ips ?? []), ...endpoints.flatMap((endpoint) => endpoint.ips)];
    this.#apiServers = new Map(ips.map((ip) => [ip, this.#apiServers.get(ip) ?? apiServerEndpoint(ip)]));
  }

  #addNode({ name, ips }: NodeIdentity): void {
    for (const ip of ips) {
      this.#nodes.set(ip, nodeEndpoint(ip, name));
      if (name === this.#options.nodeName) this.#own.add(ip);
    }
  }

  #removeNode({ name, ips }: NodeIdentity): void {
    for (const ip of ips) {
      if (this.#nodes.get(ip)?.workload?.name === name) this.#nodes.delete(ip);
      this.#own.delete(ip);
    }
  }

  #describeAnew(ip: string): Endpoint {
    const bytes = parseAddress(ip);
    const scope = addressScope(ip);
    const inCluster = bytes !== undefined && this.#clusterRanges.find(bytes) === true;
    const builtIn = scope === 'loopback' || scope === 'multicast' ? scope : undefined;
    const label = (bytes && this.#subnets.find(bytes)) ?? builtIn;
    const kind = kindOfScope(inCluster && scope === 'world' ? 'private' : scope);
    return Object.freeze<Endpoint>(label === undefined ? { ip, kind } : { ip, kind, subnetLabel: label });
  }
}

function isApiServerService(service: ServiceIdentity | undefined): boolean {
  return service?.namespace === 'default' && service.name === 'kubernetes';
}

/** What of a service is asked for by its address. */
function faceOf({ ips, ports }: ServiceIdentity): string {
  return JSON.stringify([ips, ports.map(({ port }) => port)]);
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
