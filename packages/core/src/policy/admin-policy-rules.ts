/**
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy as https://network-policy-api.sigs.k8s.io/ means them: the first rule that
 * matches says, over policies by priority and rules in their order. What cannot be told from here (labels of nodes, domain
 * names) may match: then nothing is accused.
 */
import type { AccessDenial, AccessDirection, AccessProtocol } from './access.ts';
import { keysOf, selects } from './label-selector.ts';
import { AddressBlock, arePorts, type Party, selectsNamespace } from './match.ts';
import type { AdminPeer, AdminPolicy, AdminRule, PodsOf } from './policies.ts';
import { adminRule, networkRule } from './rule-text.ts';
import type { PodFacts } from './subject.ts';

/** Undefined: not known well enough. */
type Match = boolean | undefined;

/** What one direction of a connection is judged by. */
export interface OneWay {
  readonly direction: AccessDirection;
  readonly own: PodFacts;
  readonly peer: Party;
  readonly port: number;
  readonly protocol: AccessProtocol;
  /** The pod whose ports names of ports mean. */
  readonly destination: PodFacts | undefined;
}

/** `unsure`: a rule that may match would allow it. `none`: no rule matches. */
export type AdminVerdict =
  | { readonly kind: 'allowed' | 'passed' | 'unsure' | 'none' }
  | { readonly kind: 'denied'; readonly denial: AccessDenial };

interface CompiledRule {
  readonly rule: AdminRule;
  readonly label: string;
  readonly networks: readonly AddressBlock[];
}

interface Compiled {
  readonly policy: AdminPolicy;
  readonly ingress: readonly CompiledRule[];
  readonly egress: readonly CompiledRule[];
}

export class AdminPolicyRules {
  readonly #policies: readonly Compiled[];

  /** All of one kind. Those of one priority are taken in the order of their names: the API leaves it open. */
  constructor(policies: readonly AdminPolicy[]) {
    const byPriority = (a: AdminPolicy, b: AdminPolicy) => a.priority - b.priority || (a.name < b.name ? -1 : 1);
    this.#policies = policies.toSorted(byPriority).map((policy) => ({
      policy,
      ingress: compileRules(policy, 'ingress'),
      egress: compileRules(policy, 'egress'),
    }));
  }

  verdict(way: OneWay): AdminVerdict {
    for (const { policy, [way.direction]: rules } of this.#policies) {
      if (rules.length === 0) continue;
      const isSubject = podsMatch(policy.subject, way.own);
      if (isSubject === false) continue;
      for (const compiled of rules) {
        const match = matches(compiled, way);
        if (match === false) continue;
        const { action } = compiled.rule;
        if (match === true && isSubject === true) return decided(policy, compiled, way);
        if (action !== 'Deny') return { kind: 'unsure' };
      }
    }
    return { kind: 'none' };
  }
}

function decided(policy: AdminPolicy, { rule, label }: CompiledRule, way: OneWay): AdminVerdict {
  if (rule.action === 'Allow') return { kind: 'allowed' };
  if (rule.action === 'Pass') return { kind: 'passed' };
  const { direction, peer, port, protocol } = way;
  const rightRule = policy.kind === 'AdminNetworkPolicy' ? adminRule : networkRule;
  const denial: AccessDenial = {
    direction,
    policies: [`${policy.kind} ${policy.name}`],
    rule: label,
    missing: 'it is denied there by name',
    allowWith: rightRule(direction, peer, port, protocol),
  };
  return { kind: 'denied', denial };
}

function matches({ rule, networks }: CompiledRule, { peer, port, protocol, destination }: OneWay): Match {
  if (!arePorts(rule.ports, port, protocol, destination)) return false;
  const answers = rule.peers.map((one) => peerMatches(one, peer));
  const { pod, ips } = peer;
  if (networks.some((block) => ips.some((ip) => block.contains(ip)))) {
    /* Whether a network holds pods is left to the implementation. */
    answers.push(pod === undefined || pod.hostNetwork ? true : undefined);
  }
  return answers.includes(true) || (answers.includes(undefined) ? undefined : false);
}

function peerMatches(peer: AdminPeer, { kind, pod }: Party): Match {
  switch (peer.kind) {
    case 'pods':
      return pod !== undefined && podsMatch(peer, pod);
    case 'nodes': {
      const isAnyNode = keysOf(peer.selector).length === 0;
      if (kind === 'node') return isAnyNode || undefined;
      return pod?.hostNetwork === true ? undefined : false;
    }
    case 'networks':
      return false;
    case 'unknown':
      return undefined;
  }
}

function podsMatch({ namespaceSelector, podSelector }: PodsOf, pod: PodFacts): Match {
  if (pod.hostNetwork || (podSelector !== undefined && !selects(podSelector, pod.labels))) return false;
  return selectsNamespace(namespaceSelector, pod.namespace);
}

function compileRules(policy: AdminPolicy, direction: AccessDirection): CompiledRule[] {
  return policy[direction].map((rule, index) => ({
    rule,
    label: `${policy.kind} ${policy.name} ${direction}[${index}]${rule.name === undefined ? '' : ` “${rule.name}”`}`,
    networks: rule.peers.flatMap((peer) =>
      peer.kind === 'networks' ? peer.cidrs.map((cidr) => new AddressBlock({ cidr, except: [] })) : [],
    ),
  }));
}
