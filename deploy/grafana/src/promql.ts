/** Pieces of PromQL that dashboards share. `$__rate_interval` and the variables stay for Grafana to fill in. */

export const RATE = '$__rate_interval';

const EDGE =
  'cluster, source_namespace, source_workload, destination_namespace, destination_workload, destination_port, protocol';
const EDGE_TO_SERVICE = 'cluster, source_namespace, source_workload, destination_namespace, protocol';

/** `rate(metric{filter}[…])`. */
export function rate(metric: string, filter = ''): string {
  return `rate(${metric}${filter && `{${filter}}`}[${RATE}])`;
}

export function sumBy(labels: string, vector: string): string {
  return `sum by (${labels}) (${vector})`;
}

/** The `limit` greatest, without those that are zero. */
export function top(limit: number, vector: string): string {
  return `topk(${limit}, ${vector} > 0)`;
}

export function quantile(share: number, by: string, buckets: string): string {
  return `histogram_quantile(${share}, sum by (${by ? `${by}, ` : ''}le) (${buckets}))`;
}

/** Edges of `filter` once each: as the server saw them, else as the client did (charts/netguard/rules says how). */
function edges(metric: string, filter: string, more: string): string {
  const of = (matchers: string) => rate(metric, [matchers, filter].filter(Boolean).join(', '));
  const known = `${metric}{reporter="server"}`;
  const direct = `${of('reporter="client", destination_service=""')} unless on (${EDGE}${more}) ${known}`;
  const service = `${of('reporter="client", destination_service!=""')} unless on (${EDGE_TO_SERVICE}${more}) ${known}`;
  return `${of('reporter="server"')} or (${direct}) or (${service})`;
}

/** Payload bytes per second of edges, each connection once. */
export function edgeBytes(filter = ''): string {
  return edges('netguard_edge_bytes_total', filter, '');
}

/** Connections per second of edges, each once. A refused one has no server's side, so the result is part of what is matched. */
export function edgeConnections(filter = ''): string {
  return edges('netguard_edge_connections_total', filter, ', result');
}

export type End = 'source' | 'destination';

/** Bytes per second that a workload at one end of its edges moved, as its own sockets counted: one reporter an end. */
export function ownBytes(end: End, direction: 'request' | 'response', filter: string): string {
  const reporter = end === 'source' ? 'client' : 'server';
  return rate('netguard_edge_bytes_total', `reporter="${reporter}", direction="${direction}", ${filter}`);
}

/** Matchers of one end by the variables of the dashboard. */
export function endIs(end: End, ...names: ('namespace' | 'workload')[]): string {
  return names.map((name) => `${end}_${name}=~"$${name}"`).join(', ');
}

/**
 * Alerts opened within the range of the dashboard. A series begins with its first alert, which `increase` cannot see: what
 * a series that is new had at first is added.
 */
export function openedInRange(filter: string): string {
  const metric = `netguard_alerts_total{${filter}}`;
  const grown = `increase(${metric}[$__range])`;
  return `(${grown} + (min_over_time(${metric}[$__range]) unless ${metric} offset $__range)) or ${grown}`;
}

/** Series of `metric` whose alert was opened in the last minute: for annotations. */
export function openedLately(filter: string): string {
  const metric = `netguard_alerts_total{${filter}}`;
  return `sum by (rule, severity, namespace) (changes(${metric}[1m]) > 0 or (${metric} > 0 unless ${metric} offset 1m))`;
}
