/**
 * NetworkPolicy as Kubernetes means it: a pod that a policy selects for a direction is isolated there; what is allowed is the
 * sum of all rules of all policies that select it. https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import type { AccessDenial, AccessDirection, AccessProtocol } from './access.ts';
import { selects } from './label-selector.ts';
import { arePorts, type CompiledPeer, compilePeer, isPeer, type Party } from './match.ts';
import type { NetworkPolicy, PolicyPort, PolicyRule } from './policies.ts';
import { networkRule, partyText } from './rule-text.ts';
import type { PodFacts } from './subject.ts';

const NAMED_POLICIES = 10;

interface CompiledRule {
  readonly peers: readonly CompiledPeer[];
  readonly ports: readonly PolicyPort[];
}

interface Compiled {
  readonly policy: NetworkPolicy;
  readonly ingress: readonly CompiledRule[] | null;
  readonly egress: readonly CompiledRule[] | null;
}

export class NetworkPolicyRules {
  readonly #byNamespace = new Map<string, Compiled[]>();

  constructor(policies: readonly NetworkPolicy[]) {
    for (const policy of policies) {
      const list = this.#byNamespace.get(policy.namespace) ?? [];
      list.push({ policy, ingress: compileRules(policy.ingress), egress: compileRules(policy.egress) });
      this.#byNamespace.set(policy.namespace, list);
    }
  }

  /** Whether any policy selects the pod for this direction. */
  isolates(direction: AccessDirection, { namespace, labels }: PodFacts): boolean {
    const there = this.#byNamespace.get(namespace.name) ?? [];
    return there.some((one) => one[direction] !== null && selects(one.policy.podSelector, labels));
  }

  /**
   * Whether the policies of `own`'s end let this traffic pass: `peer` is the other end, `destination` the pod whose ports
   * names of ports mean. Undefined: allowed, or nothing selects the pod.
   */
  denial(
    direction: AccessDirection,
    own: PodFacts,
    peer: Party,
    port: number,
    protocol: AccessProtocol,
    destination: PodFacts | undefined,
  ): AccessDenial | undefined {
    const selecting: Compiled[] = [];
    for (const compiled of this.#byNamespace.get(own.namespace.name) ?? []) {
      if (compiled[direction] === null || !selects(compiled.policy.podSelector, own.labels)) continue;
      selecting.push(compiled);
    }
    if (selecting.length === 0) return undefined;
    let nearest: { rule: string; missing: string; rank: number } | undefined;
    for (const { policy, [direction]: rules } of selecting) {
      for (const [index, { peers, ports }] of (rules ?? []).entries()) {
        const isFromPeer = peers.length === 0 || peers.some((one) => isPeer(one, policy.namespace, peer));
        const isToPort = arePorts(ports, port, protocol, destination);
        if (isFromPeer && isToPort) return undefined;
        const rank = isFromPeer ? 2 : isToPort ? 1 : 0;
        if (rank === 0 || rank <= (nearest?.rank ?? 0)) continue;
        const missing = isFromPeer ? `port ${protocol} ${port}` : `peer ${partyText(peer)}`;
        nearest = { rule: `${policyName(policy)} ${direction}[${index}]`, missing, rank };
      }
    }
    return {
      direction,
      policies: selecting.slice(0, NAMED_POLICIES).map(({ policy }) => policyName(policy)),
      ...(nearest === undefined ? undefined : { rule: nearest.rule }),
      missing: nearest?.missing ?? `a rule for ${partyText(peer)} at ${protocol} ${port}`,
      allowWith: networkRule(direction, peer, port, protocol),
    };
  }
}

function compileRules(rules: readonly PolicyRule[] | null): readonly CompiledRule[] | null {
  return rules?.map(({ peers, ports }) => ({ peers: peers.map(compilePeer), ports })) ?? null;
}

function policyName({ namespace, name }: NetworkPolicy): string {
  return `NetworkPolicy ${namespace}/${name}`;
}
