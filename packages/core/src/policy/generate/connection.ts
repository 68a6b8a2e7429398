/** Edges brought down to what a policy names: pods of one selector, a range, a node, the API server. */
import type { AccessProtocol } from '../access.ts';
import type { ObservedEdge } from './observed-edge.ts';
import type { PodUnit } from './pod-units.ts';

export type PolicyParty =
  | { readonly kind: 'pods'; readonly unit: PodUnit }
  | { readonly kind: 'outside'; readonly cidr: string; readonly isWorld: boolean }
  /** Another node, or pods in the network of their nodes. */
  | { readonly kind: 'node'; readonly name: string; readonly ips: readonly string[] }
  | { readonly kind: 'api-server'; readonly ips: readonly string[] }
  /** The pod's own node: no policy can keep it out, and none has to let it in. */
  | { readonly kind: 'own-node' };

export interface PolicyConnection {
  readonly source: PolicyParty;
  readonly destination: PolicyParty;
  /** At the pod; `high`: any from 32768 on. */
  readonly port: number | 'high';
  readonly protocol: AccessProtocol;
  /** The edges that it comes from. */
  readonly edges: readonly ObservedEdge[];
}

/** What two parties are called, also as a key. */
export function partyName(party: PolicyParty): string {
  switch (party.kind) {
    case 'pods':
      return party.unit.workloads.join(' and ');
    case 'outside':
      return party.cidr.replace(/\/(?:32|128)$/, '');
    case 'node':
      return `node ${party.name}`;
    case 'api-server':
      return 'the API server';
    case 'own-node':
      return 'the pod’s own node';
  }
}

export function connectionName({ source, destination, port, protocol }: Omit<PolicyConnection, 'edges'>): string {
  return `${partyName(source)} → ${partyName(destination)} ${protocol} ${port === 'high' ? '32768–65535' : port}`;
}

export interface Sightings {
  /** Connections, the larger of what the two ends counted; with what was learned before. */
  readonly count: number;
  readonly windows: number;
  readonly failed: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly isAnswered: boolean;
}

/** What the edges of a connection come to; the two ends tell of the same connections, so they are never added. */
export function sightings(edges: readonly ObservedEdge[]): Sightings {
  const by = (seenBy: ObservedEdge['seenBy'], of: 'count' | 'windows' | 'failed'): number =>
    edges.reduce((sum, edge) => sum + (edge.seenBy === seenBy ? edge[of] : 0), 0);
  const most = (of: 'count' | 'windows' | 'failed'): number =>
    Math.max(by('client', of), by('server', of), by('learned-client', of), by('learned-server', of));
  return {
    count: most('count'),
    windows: most('windows'),
    failed: most('failed'),
    firstMs: Math.min(...edges.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...edges.map(({ lastMs }) => lastMs)),
    isAnswered: edges.some(({ isAnswered }) => isAnswered),
  };
}
