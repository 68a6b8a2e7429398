import type { AdminPolicy, NetworkPolicy } from '@netguard/core';
import { adminPolicySchema, baselinePolicySchema } from '../policy/admin-policy-schema.ts';
import { networkPolicySchema } from '../policy/network-policy-schema.ts';
import { PolicyBook } from './policy-book.ts';
import type { ObjectSink } from './resource-watch.ts';
import type { PolicyResource } from './resources.ts';

/** All policies of the cluster. */
export interface ClusterPolicies {
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly adminPolicies: readonly AdminPolicy[];
}

const ALL = { matchLabels: {}, matchExpressions: [] };
const ADMIN_VERSION = 'policy.networking.k8s.io/v1alpha1';

export class PolicyBooks {
  readonly #networkPolicies: PolicyBook<NetworkPolicy>;
  readonly #admin: PolicyBook<AdminPolicy>;
  readonly #baseline: PolicyBook<AdminPolicy>;

  constructor(onChange: () => void) {
    this.#networkPolicies = new PolicyBook({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      schema: networkPolicySchema,
      unread: allowingNamespace,
      onChange,
    });
    const of = <T extends AdminPolicy['kind']>(kind: T) => ({
      apiVersion: ADMIN_VERSION,
      kind,
      unread: (name: string) => perhapsAllowing(kind, name),
      onChange,
    });
    this.#admin = new PolicyBook({ ...of('AdminNetworkPolicy'), schema: adminPolicySchema });
    this.#baseline = new PolicyBook({ ...of('BaselineAdminNetworkPolicy'), schema: baselinePolicySchema });
  }

  sinkOf(resource: PolicyResource): ObjectSink {
    switch (resource) {
      case 'networkpolicies':
        return this.#networkPolicies;
      case 'adminnetworkpolicies':
        return this.#admin;
      case 'baselineadminnetworkpolicies':
        return this.#baseline;
    }
  }

  get policies(): ClusterPolicies {
    return {
      networkPolicies: this.#networkPolicies.policies,
      adminPolicies: [...this.#admin.policies, ...this.#baseline.policies],
    };
  }

  get isOverfull(): boolean {
    return this.#networkPolicies.isOverfull || this.#admin.isOverfull || this.#baseline.isOverfull;
  }

  /** What could not be read, one sentence a kind. */
  sentences(): string[] {
    return [
      ...unreadSentence('NetworkPolicy', this.#networkPolicies.unread, 'nothing is held against pods of its namespace'),
      ...unreadSentence('AdminNetworkPolicy', this.#admin.unread, 'nothing is judged by policies of the cluster'),
      ...unreadSentence('BaselineAdminNetworkPolicy', this.#baseline.unread, 'it is left out'),
    ];
  }
}

function unreadSentence(kind: string, unread: ReadonlyMap<string, string>, effect: string): string[] {
  const [first] = unread;
  if (first === undefined) return [];
  const others = unread.size === 1 ? '' : `, and ${unread.size - 1} more of them`;
  return [`${kind} ${first[0]} cannot be read (${first[1]})${others}: ${effect}.`];
}

/** Policies add up: beside this one no other of the namespace forbids anything. */
function allowingNamespace(name: string, namespace = 'default'): NetworkPolicy {
  const everything = [{ peers: [], ports: [] }];
  return { namespace, name, podSelector: ALL, ingress: everything, egress: everything };
}

function perhapsAllowing(kind: AdminPolicy['kind'], name: string): AdminPolicy {
  const rules = [{ action: 'Allow', peers: [{ kind: 'unknown' }], ports: [] }] as const;
  return { kind, name, priority: -1, subject: { namespaceSelector: ALL }, ingress: rules, egress: rules };
}
