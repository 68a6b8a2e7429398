import type { Alert } from '../../alert/alert.ts';
import { type AlertCause, isCause } from './alert-cause.ts';
import { connectionName, type PolicyConnection, type PolicyParty, sightings } from './connection.ts';
import type { LostEdge } from './connections-of.ts';
import { type DnsServers, isDns } from './dns-peers.ts';
import type { LeftOut, PolicyOptions } from './generated.ts';
import type { PolicyEnd } from './policy-end.ts';

/** Sightings further apart than this are two. The learning store notes an edge once in five minutes. */
const APART_MS = 600_000;

export interface Admitted {
  readonly admitted: readonly PolicyConnection[];
  readonly leftOut: readonly LeftOut[];
}

/** What health alerts tell of is wrong, but nobody's attack. */
export function isAttack({ status, category, supersededBy }: Alert): boolean {
  return status === 'open' && category !== 'health' && supersededBy === undefined;
}

/** Which connections are ordinary enough to be allowed. What the pod's own node does needs no rule. */
export function admit(
  connections: readonly PolicyConnection[],
  causes: readonly AlertCause[],
  dns: DnsServers,
  options: Pick<PolicyOptions, 'includeRare' | 'includeAlerted'>,
): Admitted {
  const admitted: PolicyConnection[] = [];
  const leftOut: LeftOut[] = [];
  for (const connection of connections) {
    if (connection.source.kind === 'own-node' || connection.destination.kind === 'own-node') continue;
    const cause = options.includeAlerted ? undefined : causes.find((one) => isCause(one, connection));
    if (cause !== undefined) leftOut.push({ ...leftOutOf(connection, 'alert'), alert: cause.alert.id });
    else if (!options.includeRare && isRare(connection) && !isDns(dns, connection)) {
      leftOut.push(leftOutOf(connection, 'rare'));
    } else admitted.push(connection);
  }
  return { admitted, leftOut };
}

/** Edges that came to no connection, one entry for what reads the same. */
export function leftOutEdges(lost: readonly LostEdge[]): LeftOut[] {
  const byText = new Map<string, LeftOut>();
  for (const { edge, why } of lost) {
    const { source, destination, port, protocol, count, failed, firstMs, lastMs } = edge;
    const at = port === null ? 'several ports' : port === 'high' ? '32768–65535' : `${port}`;
    const text = `${endName(source)} → ${endName(destination)} ${protocol} ${at}`;
    const known = byText.get(`${why} ${text}`);
    byText.set(`${why} ${text}`, {
      why,
      text,
      count: Math.max(count, known?.count ?? 0),
      failed: Math.max(failed, known?.failed ?? 0),
      firstMs: Math.min(firstMs, known?.firstMs ?? firstMs),
      lastMs: Math.max(lastMs, known?.lastMs ?? lastMs),
      workloads: [source, destination].flatMap((end) => (end.kind === 'workload' ? [end.key] : [])),
    });
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** One connection, or datagrams in one window; what was noted long before it was seen again was there twice. */
function isRare({ edges }: PolicyConnection): boolean {
  const { count, windows, firstMs, lastMs } = sightings(edges);
  return count <= 1 && windows <= 1 && lastMs - firstMs < APART_MS;
}

function leftOutOf(connection: PolicyConnection, why: LeftOut['why']): LeftOut {
  const { count, failed, firstMs, lastMs } = sightings(connection.edges);
  const workloads = [connection.source, connection.destination].flatMap(workloadsOf);
  return { why, text: connectionName(connection), count, failed, firstMs, lastMs, workloads };
}

function workloadsOf(party: PolicyParty): readonly string[] {
  return party.kind === 'pods' ? party.unit.workloads : [];
}

function endName(end: PolicyEnd): string {
  switch (end.kind) {
    case 'workload':
      return end.key;
    case 'service':
      return `service ${end.namespace}/${end.name}`;
    case 'outside':
      return end.cidr.replace(/\/(?:32|128)$/, '');
    case 'node':
      return `node ${end.name || end.ip}`;
    case 'api-server':
      return 'the API server';
    case 'host':
      return 'a process of the node';
    case 'unknown':
      return end.text;
  }
}
