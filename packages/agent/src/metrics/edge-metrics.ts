import { type ConnectionResult, type Edge, type Endpoint, OTHER_ENDPOINT } from '@netguard/core';
import type { Registry } from 'prom-client';
import { namespaceLabel, serviceLabel, workloadLabel } from './endpoint-labels.ts';
import { CounterFamily } from './family.ts';

const EDGE_LABELS = [
  'source_namespace',
  'source_workload',
  'destination_namespace',
  'destination_workload',
  'destination_service',
  'destination_port',
  'protocol',
] as const;

const RESULTS: readonly ConnectionResult[] = ['established', 'refused', 'timeout', 'reset'];

/** `netguard_edge_*`, summed from the windows of edges. A connection between two pods is here twice: `reporter` tells. */
export class EdgeMetrics {
  readonly bytes: CounterFamily;
  readonly connections: CounterFamily;

  constructor(registry: Registry, capacity: () => number) {
    this.bytes = new CounterFamily(registry, {
      name: 'netguard_edge_bytes_total',
      help: 'Transport payload bytes from workload to workload; direction request is client to server.',
      labelNames: [...EDGE_LABELS, 'direction', 'reporter'],
      keptInOther: ['protocol', 'direction', 'reporter'],
      capacity,
    });
    this.connections = new CounterFamily(registry, {
      name: 'netguard_edge_connections_total',
      help: 'Connections and conversations from workload to workload, by how they were answered.',
      labelNames: [...EDGE_LABELS, 'reporter', 'result'],
      keptInOther: ['protocol', 'reporter', 'result'],
      capacity,
    });
  }

  update(edges: readonly Edge[], nowMs: number): void {
    for (const edge of edges) {
      const labels = edgeLabels(edge);
      const { reporter } = edge;
      if (edge.requestBytes > 0) this.bytes.add([...labels, 'request', reporter], edge.requestBytes, nowMs);
      if (edge.responseBytes > 0) this.bytes.add([...labels, 'response', reporter], edge.responseBytes, nowMs);
      for (const result of RESULTS) {
        const count = edge.connections[result];
        if (count > 0) this.connections.add([...labels, reporter, result], count, nowMs);
      }
    }
  }
}

function edgeLabels({ source, destination, port, protocol }: Edge): string[] {
  if (isSummed(source)) return [...EDGE_LABELS.slice(0, -1).map(() => 'other'), protocol];
  return [
    namespaceLabel(source),
    workloadLabel(source),
    namespaceLabel(destination),
    workloadLabel(destination),
    serviceLabel(destination),
    String(port),
    protocol,
  ];
}

/** Edges that found no room in their window come summed, without names. */
function isSummed({ ip, subnetLabel }: Endpoint): boolean {
  return ip === OTHER_ENDPOINT.ip && subnetLabel === OTHER_ENDPOINT.subnetLabel;
}

/** The end that reported an edge series, the watched one: namespace and workload by position in `EDGE_LABELS`. */
export function reportingWorkload(labels: readonly string[], labelNames: readonly string[]): readonly [string, string] {
  const first = labels[labelNames.indexOf('reporter')] === 'client' ? 0 : 2;
  return [labels[first] ?? '', labels[first + 1] ?? ''];
}
