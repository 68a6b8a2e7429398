import {
  endOf,
  isLoopbackAddress,
  learnedEdges,
  type ObservedEdge,
  type PodFacts,
  type PolicyInputs,
  type WorkloadProgress,
} from '@netguard/core';
import type { BaselineView, KnownEdge, PolicyInputsView } from '../http/api-types.ts';
import { ClusterTable } from '../identify/cluster-table.ts';
import { IdentityStore } from '../identify/identity-store.ts';

/** What the API gave, as policies are made from it: recent edges joined with those that were learned before the last start. */
export function policyInputs(view: PolicyInputsView, baselines: readonly BaselineView[]): PolicyInputs {
  const { identities, node, apiServers, observedSince } = view;
  const nodes = new Map(identities.nodes.map(({ name, ips }) => [name, ips]));
  const nodeAddresses = [...view.nodeAddresses, ...(nodes.get(node) ?? [])].filter((ip) => !isLoopbackAddress(ip));
  const lookup = new ClusterTable({ apiServers }, (ip) => nodeAddresses.includes(ip));
  lookup.apply(new IdentityStore().replaceFile(identities), Date.parse(view.now));
  return {
    node,
    nodeAddresses,
    pods: identities.pods.flatMap(({ namespace, name }): PodFacts[] => {
      const facts = lookup.pod({ ip: '', kind: 'pod', namespace, pod: name });
      return facts === undefined ? [] : [facts];
    }),
    services: identities.services,
    nodes,
    lookup,
    edges: [...view.edges.map(observedEdge), ...baselines.flatMap(learned)],
    learning: new Map(baselines.map((baseline) => [baseline.workload, progressOf(baseline)])),
    observedSinceMs: Date.parse(observedSince),
  };
}

function observedEdge(edge: KnownEdge): ObservedEdge {
  return {
    source: endOf(edge.source),
    destination: endOf(edge.destination),
    port: edge.port,
    protocol: edge.protocol,
    seenBy: edge.reporter,
    isAnswered: edge.isAnswered,
    count: edge.established,
    failed: edge.failed,
    windows: edge.windows,
    firstMs: Date.parse(edge.firstSeen),
    lastMs: Date.parse(edge.lastSeen),
  };
}

function learned({ workload, facts }: BaselineView): ObservedEdge[] {
  return learnedEdges(
    workload,
    facts.map(({ fact, firstSeen, lastSeen, count }) => [fact, Date.parse(firstSeen), Date.parse(lastSeen), count]),
  );
}

function progressOf({ progress, watchedSeconds, factsEvicted }: BaselineView): WorkloadProgress {
  return { progress, watchedMs: watchedSeconds * 1000, isDiverse: factsEvicted > 0 };
}
