import type { Endpoint } from '../endpoint.ts';
import type { AccessDenial, AccessJudge, AccessProtocol } from './access.ts';
import { AccessPolicyRules } from './access-policy-rules.ts';
import { AdminPolicyRules, type OneWay } from './admin-policy-rules.ts';
import type { Party } from './match.ts';
import { NetworkPolicyRules } from './network-policy-rules.ts';
import type { Policies } from './policies.ts';
import type { Backend, PodFacts, SubjectLookup } from './subject.ts';

/** Decisions kept; when there are more, all are forgotten and made anew. About 200 bytes each. */
const DECISIONS = 32_768;
const PROTOCOLS: Readonly<Record<AccessProtocol, number>> = { TCP: 0, UDP: 1, SCTP: 2 };

type ByPort = Map<number, AccessDenial | null>;
type ByDestination = Map<Endpoint, ByPort>;

/**
 * Judges by the policies given. Decisions are cached per (source endpoint, destination endpoint, port) by object identity:
 * identity hands out one Endpoint for a subject and address, so a known pair costs three look-ups and no string.
 */
export class AccessRules implements AccessJudge {
  readonly #lookup: SubjectLookup;
  #admin = new AdminPolicyRules([]);
  #network = new NetworkPolicyRules([]);
  #baseline = new AdminPolicyRules([]);
  #own = new AccessPolicyRules([]);
  #isActive = false;
  #policiesGeneration = 0;
  #cachedGeneration = -1;
  #cache = new Map<Endpoint, ByDestination>();
  #cached = 0;

  constructor(lookup: SubjectLookup) {
    this.#lookup = lookup;
  }

  setPolicies({ networkPolicies, accessPolicies, adminPolicies = [] }: Policies): void {
    this.#admin = new AdminPolicyRules(adminPolicies.filter(({ kind }) => kind === 'AdminNetworkPolicy'));
    this.#baseline = new AdminPolicyRules(adminPolicies.filter(({ kind }) => kind === 'BaselineAdminNetworkPolicy'));
    this.#network = new NetworkPolicyRules(networkPolicies);
    this.#own = new AccessPolicyRules(accessPolicies);
    this.#isActive = networkPolicies.length + accessPolicies.length + adminPolicies.length > 0;
    this.#policiesGeneration++;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  get generation(): number {
    return this.#policiesGeneration;
  }

  denial(source: Endpoint, destination: Endpoint, port: number, protocol: AccessProtocol): AccessDenial | undefined {
    if (!this.#isActive) return undefined;
    const byPort = this.#decisions(source, destination);
    const key = port * 4 + PROTOCOLS[protocol];
    let decision = byPort.get(key);
    if (decision === undefined) {
      decision = this.#judge(source, destination, port, protocol) ?? null;
      byPort.set(key, decision);
      this.#cached++;
    }
    return decision ?? undefined;
  }

  /** Decisions kept at present. */
  get cached(): number {
    return this.#cached;
  }

  #decisions(source: Endpoint, destination: Endpoint): ByPort {
    const generation = this.#policiesGeneration + this.#lookup.generation;
    if (generation !== this.#cachedGeneration || this.#cached >= DECISIONS) {
      this.#cache = new Map();
      this.#cached = 0;
      this.#cachedGeneration = generation;
    }
    let byDestination = this.#cache.get(source);
    if (byDestination === undefined) {
      byDestination = new Map();
      this.#cache.set(source, byDestination);
    }
    let byPort = byDestination.get(destination);
    if (byPort === undefined) {
      byPort = new Map();
      byDestination.set(destination, byPort);
    }
    return byPort;
  }

  #judge(from: Endpoint, to: Endpoint, port: number, protocol: AccessProtocol): AccessDenial | undefined {
    const source = this.#party(from);
    if (source === undefined) return undefined;
    const backends = this.#lookup.backends(to, port, protocol);
    if (backends === undefined) {
      const destination = this.#party(to);
      return destination && this.#judgeParties(source, destination, port, protocol);
    }
    /* Which of them it came to is not seen from here: it is forbidden only if it is at each. */
    let denial: AccessDenial | undefined;
    for (const backend of backends) {
      denial = this.#judgeParties(source, this.#backendParty(to, backend), backend.port, protocol);
      if (denial === undefined) return undefined;
    }
    return denial;
  }

  #judgeParties(source: Party, destination: Party, port: number, protocol: AccessProtocol): AccessDenial | undefined {
    const [from, to] = [source.pod, destination.pod];
    if (from !== undefined && from.name === to?.name && from.namespace.name === to.namespace.name) return undefined;
    /* "Traffic to and from the node where a Pod is running is always allowed": its kubelet's probes, its host-network pods. */
    const isOwnNode = this.#isNodeOf(source, to) || this.#isNodeOf(destination, from);
    if (!isOwnNode) {
      const way = { port, protocol, destination: to };
      const denial =
        (from !== undefined && !from.hostNetwork
          ? this.#oneWay({ ...way, direction: 'egress', own: from, peer: destination })
          : undefined) ??
        (to !== undefined && !to.hostNetwork
          ? this.#oneWay({ ...way, direction: 'ingress', own: to, peer: source })
          : undefined);
      if (denial !== undefined) return denial;
    }
    return this.#own.denial(source, destination, port, protocol, isOwnNode);
  }

  /** Administrators' policies, then those of the namespace; where none of these selects the pod, the baseline. */
  #oneWay(way: OneWay): AccessDenial | undefined {
    const { direction, own, peer, port, protocol, destination } = way;
    const admin = this.#admin.verdict(way);
    if (admin.kind === 'denied') return admin.denial;
    if (admin.kind === 'allowed' || admin.kind === 'unsure') return undefined;
    if (this.#network.isolates(direction, own)) {
      return this.#network.denial(direction, own, peer, port, protocol, destination);
    }
    const baseline = this.#baseline.verdict(way);
    return baseline.kind === 'denied' ? baseline.denial : undefined;
  }

  #isNodeOf(party: Party, pod: PodFacts | undefined): boolean {
    if (party.node !== undefined && party.node === pod?.node) return true;
    return party.pod?.hostNetwork === true || party.ips.some((ip) => this.#lookup.isOwnNode(ip));
  }

  /** Undefined: a pod that nobody described, or an end without an address. */
  #party(endpoint: Endpoint): Party | undefined {
    const { ip, kind } = endpoint;
    const pod = this.#lookup.pod(endpoint);
    if (pod === undefined && (kind === 'pod' || ip === '')) return undefined;
    const own = pod?.ips ?? [];
    const ips = ip === '' || own.includes(ip) ? own : [ip, ...own];
    const node = kind === 'node' ? endpoint.workload?.name : undefined;
    return { ips, kind, pod, node, services: this.#lookup.services(endpoint) };
  }

  #backendParty(service: Endpoint, { ip, pod }: Backend): Party {
    const own = pod?.ips ?? [];
    return {
      ips: [...new Set([ip, ...own, service.ip])],
      kind: pod === undefined ? service.kind : 'pod',
      pod,
      node: undefined,
      services: this.#lookup.services(service),
    };
  }
}
