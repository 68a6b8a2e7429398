import { Cidr } from '../../cidr.ts';
import type { AccessProtocol } from '../access.ts';
import { connectionName, type PolicyConnection, type PolicyParty } from './connection.ts';
import type { EdgeResolver } from './edge-resolver.ts';
import type { ObservedEdge, PolicyInputs } from './observed-edge.ts';
import type { PolicyEnd } from './policy-end.ts';

export interface LostEdge {
  readonly edge: ObservedEdge;
  readonly why: 'protocol' | 'unanswered' | 'nobody';
}

export interface ResolvedEdges {
  /** In order of name. */
  readonly connections: readonly PolicyConnection[];
  readonly lost: readonly LostEdge[];
}

const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

/** Edges folded by what they mean to a policy: the two ends' views, and what was learned before, are one connection. */
export function connectionsOf(inputs: PolicyInputs, resolver: EdgeResolver): ResolvedEdges {
  const folded = new Map<string, PolicyConnection & { readonly edges: ObservedEdge[] }>();
  const lost: LostEdge[] = [];
  for (const edge of withoutDoubles(inputs)) {
    const why = whyLost(edge);
    if (why !== undefined) {
      lost.push({ edge, why });
      continue;
    }
    const source = resolver.source(edge.source);
    const arrivals = source === undefined ? [] : resolver.destinations(edge);
    if (source === undefined || arrivals.length === 0) {
      lost.push({ edge, why: 'nobody' });
      continue;
    }
    for (const { party: destination, port } of arrivals) {
      if (!hasPods(source) && !hasPods(destination)) continue;
      const made = { source, destination, port, protocol: edge.protocol as AccessProtocol, edges: [edge] };
      const key = connectionName(made);
      const known = folded.get(key);
      if (known === undefined) folded.set(key, made);
      else known.edges.push(edge);
    }
  }
  const connections = [...folded].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, connection]) => connection);
  return { connections, lost };
}

function whyLost({ protocol, isAnswered, port }: ObservedEdge): LostEdge['why'] | undefined {
  if (!PROTOCOLS.has(protocol)) return 'protocol';
  return isAnswered && port !== null ? undefined : 'unanswered';
}

function hasPods({ kind }: PolicyParty): boolean {
  return kind === 'pods';
}

/**
 * What was learned of addresses outside is their network only. Where all of it happened since the start, the addresses themselves
 * are known, and the network is left out.
 */
function* withoutDoubles({ edges, observedSinceMs }: PolicyInputs): Generator<ObservedEdge> {
  const exact = Map.groupBy(
    edges.filter(({ seenBy, destination }) => seenBy === 'client' && destination.kind === 'outside'),
    outsideKey,
  );
  for (const edge of edges) {
    const { seenBy, destination, firstMs } = edge;
    if (seenBy === 'learned-client' && destination.kind === 'outside' && firstMs >= observedSinceMs) {
      const network = Cidr.parse(destination.cidr);
      const isKnown = exact.get(outsideKey(edge))?.some(({ destination: end }) => isIn(network, end)) === true;
      if (isKnown) continue;
    }
    yield edge;
  }
}

/** Ports from 32768 on are one to the learning store. */
function outsideKey({ source, port, protocol }: ObservedEdge): string {
  const folded = typeof port === 'number' && port >= 32_768 ? 'high' : port;
  return `${source.kind === 'workload' ? source.key : ''} ${folded} ${protocol}`;
}

function isIn(network: Cidr | undefined, end: PolicyEnd): boolean {
  return end.kind === 'outside' && network?.contains(end.cidr.split('/')[0] ?? '') === true;
}
