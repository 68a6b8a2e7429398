/** Policies as objects that the API server takes; keys stand in the order in which people write them. */
import type { LabelSelector } from '../label-selector.ts';
import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../policies.ts';
import { type GeneratedPolicy, type GeneratedRule, networkPolicyOf } from './generated.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** With the rules that each entry of `ingress` and `egress` comes from; null for one that is always there. */
export interface DescribedManifest {
  readonly manifest: Manifest;
  readonly ingress: readonly (GeneratedRule | null)[];
  readonly egress: readonly (GeneratedRule | null)[];
}

export function describedNetworkPolicy(policy: GeneratedPolicy): DescribedManifest {
  const { ingress, egress } = policy;
  return { manifest: networkPolicyManifest(networkPolicyOf(policy)), ingress: ingress ?? [], egress: egress ?? [] };
}

export function networkPolicyManifest({ namespace, name, podSelector, ingress, egress }: NetworkPolicy): Manifest {
  const policyTypes = [...(ingress === null ? [] : ['Ingress']), ...(egress === null ? [] : ['Egress'])];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: selectorObject(podSelector),
      policyTypes,
      ...(ingress === null ? undefined : { ingress: ingress.map((rule) => ruleObject(rule, 'from')) }),
      ...(egress === null ? undefined : { egress: egress.map((rule) => ruleObject(rule, 'to')) }),
    },
  };
}

function ruleObject({ peers, ports }: PolicyRule, side: 'from' | 'to'): object {
  return {
    ...(peers.length > 0 ? { [side]: peers.map(peerObject) } : undefined),
    ...(ports.length > 0 ? { ports: ports.map(portObject) } : undefined),
  };
}

function peerObject(peer: PolicyPeer): object {
  if (peer.ipBlock !== undefined) {
    const { cidr, except } = peer.ipBlock;
    return { ipBlock: { cidr, ...(except.length > 0 ? { except: [...except] } : undefined) } };
  }
  const { namespaceSelector, podSelector } = peer;
  return {
    ...(namespaceSelector === undefined ? undefined : { namespaceSelector: selectorObject(namespaceSelector) }),
    ...(podSelector === undefined ? undefined : { podSelector: selectorObject(podSelector) }),
  };
}

function portObject({ protocol, port, endPort }: PolicyPort): object {
  return {
    protocol,
    ...(port === undefined ? undefined : { port }),
    ...(endPort === undefined ? undefined : { endPort }),
  };
}

/** `prefix` stands before each key: Cilium's source of a label. */
export function selectorObject({ matchLabels, matchExpressions }: LabelSelector, prefix = ''): object {
  const labels = Object.entries(matchLabels).map(([key, value]) => [`${prefix}${key}`, value]);
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : undefined),
    ...(matchExpressions.length > 0
      ? {
          matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
            key: `${prefix}${key}`,
            operator,
            ...(values.length > 0 ? { values: [...values] } : undefined),
          })),
        }
      : undefined),
  };
}
