/** Policies as plain data, normalised: what an omitted field means in Kubernetes is written out. */
import type { EndpointKind } from '../endpoint.ts';
import type { AccessProtocol } from './access.ts';
import type { LabelSelector } from './label-selector.ts';

export interface IpBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

/** A pod peer or an address range. */
export type PolicyPeer =
  | {
      /** Absent: pods of the policy's own namespace. */
      readonly namespaceSelector?: LabelSelector;
      /** Absent: all pods there. */
      readonly podSelector?: LabelSelector;
      readonly ipBlock?: never;
    }
  | { readonly ipBlock: IpBlock };

export interface PolicyPort {
  readonly protocol: AccessProtocol;
  /** A number, a name of a container's port, or absent: all ports of the protocol. */
  readonly port?: number | string;
  /** Last port of a range that begins at a numeric `port`. */
  readonly endPort?: number;
}

export interface PolicyRule {
  /** Empty: everybody. */
  readonly peers: readonly PolicyPeer[];
  /** Empty: all ports. */
  readonly ports: readonly PolicyPort[];
}

/** networking.k8s.io/v1 NetworkPolicy. */
export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** Null: the policy says nothing of this direction. Empty: nothing is allowed. */
  readonly ingress: readonly PolicyRule[] | null;
  readonly egress: readonly PolicyRule[] | null;
}

/** Pods of some namespaces; without `podSelector` all of them. An empty selector selects everything. */
export interface PodsOf {
  readonly namespaceSelector: LabelSelector;
  readonly podSelector?: LabelSelector;
}

/** `unknown`: something that may be anybody, such as a domain name or what a later version of the API says. */
export type AdminPeer =
  | ({ readonly kind: 'pods' } & PodsOf)
  | { readonly kind: 'nodes'; readonly selector: LabelSelector }
  | { readonly kind: 'networks'; readonly cidrs: readonly string[] }
  | { readonly kind: 'unknown' };

export interface AdminRule {
  readonly name?: string;
  readonly action: 'Allow' | 'Deny' | 'Pass';
  readonly peers: readonly AdminPeer[];
  /** Empty: all ports. */
  readonly ports: readonly PolicyPort[];
}

/** policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy, before all NetworkPolicies, and BaselineAdminNetworkPolicy, after them. */
export interface AdminPolicy {
  readonly kind: 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy';
  readonly name: string;
  /** The lowest is asked first. */
  readonly priority: number;
  readonly subject: PodsOf;
  readonly ingress: readonly AdminRule[];
  readonly egress: readonly AdminRule[];
}

/** All that is given must hold. */
export interface AccessEnd {
  readonly namespaces?: readonly string[];
  readonly workload?: { readonly kind?: string; readonly name: string };
  readonly labels?: LabelSelector;
  readonly namespaceLabels?: LabelSelector;
  readonly serviceAccount?: string;
  readonly cidr?: IpBlock;
  /** `namespace/name`. */
  readonly service?: string;
  readonly kinds?: readonly EndpointKind[];
}

export interface AccessRule {
  readonly name?: string;
  /** Empty: everybody. */
  readonly from: readonly AccessEnd[];
  readonly to: readonly AccessEnd[];
  readonly ports: readonly PolicyPort[];
}

/** netguard/v1 AccessPolicy: the allow rules of all of them add up; a deny rule wins over every allow rule. */
export interface AccessPolicy {
  readonly name: string;
  /** Whoever is selected may be reached only as a rule allows. */
  readonly protect: readonly AccessEnd[];
  /** Whoever is selected may reach only what a rule allows. */
  readonly confine: readonly AccessEnd[];
  readonly allow: readonly AccessRule[];
  readonly deny: readonly AccessRule[];
}

export interface Policies {
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly accessPolicies: readonly AccessPolicy[];
  /** Absent: there are none. */
  readonly adminPolicies?: readonly AdminPolicy[];
}
