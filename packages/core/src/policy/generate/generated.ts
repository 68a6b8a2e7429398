/** What is made: policies with where each of their rules comes from. */
import type { NetworkPolicy, PolicyPeer, PolicyPort } from '../policies.ts';
import type { BlockLimits } from './address-blocks.ts';
import type { PolicyConnection } from './connection.ts';
import type { PodUnit } from './pod-units.ts';

export interface PolicyOptions {
  /** Only these; undefined: all but Kubernetes' own. */
  readonly namespace?: string | undefined;
  /** Also edges that were seen once. */
  readonly includeRare: boolean;
  /** Also edges that an open alert is about. */
  readonly includeAlerted: boolean;
  readonly limits: BlockLimits;
}

export interface GeneratedRule {
  readonly subject: 'dns' | 'pods' | 'api-server' | 'node' | 'outside';
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly PolicyPort[];
  /** Why it is as it is, one sentence each: always told. */
  readonly notes: readonly string[];
  readonly connections: readonly PolicyConnection[];
}

export type LeftOutWhy = 'rare' | 'alert' | 'unanswered' | 'nobody' | 'protocol';

/** An edge that no rule allows. */
export interface LeftOut {
  readonly why: LeftOutWhy;
  readonly text: string;
  readonly count: number;
  readonly failed: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The alert that it was left out for. */
  readonly alert?: string;
  /** By `historyKey`: whose policy would have allowed it. */
  readonly workloads: readonly string[];
}

export interface GeneratedPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly unit: PodUnit;
  /** Null: it says nothing of this direction. */
  readonly ingress: readonly GeneratedRule[] | null;
  readonly egress: readonly GeneratedRule[] | null;
  /** What a reader of this policy has to know, one sentence each. */
  readonly notes: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

export interface GeneratedPolicies {
  /** By namespace and name. */
  readonly policies: readonly GeneratedPolicy[];
  /** All that was left out, of other workloads too. */
  readonly leftOut: readonly LeftOut[];
  /** What concerns the whole, one sentence each. */
  readonly remarks: readonly string[];
}

/** The policy as the judge of policies reads it. */
export function networkPolicyOf({ namespace, name, unit, ingress, egress }: GeneratedPolicy): NetworkPolicy {
  const rules = (list: readonly GeneratedRule[] | null) => list?.map(({ peers, ports }) => ({ peers, ports })) ?? null;
  return { namespace, name, podSelector: unit.selector, ingress: rules(ingress), egress: rules(egress) };
}
