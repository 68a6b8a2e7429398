import type { Finding, Mitre } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';

/** Remote services: what lateral movement looks like from the network. */
export const NEW_EDGE_MITRE: readonly Mitre[] = [{ tactic: 'lateral-movement', technique: 'T1021' }];

/** An edge that is new, and is being told. */
export interface ToldEdge {
  readonly key: string;
  /** Where, and as what, it will be learned. */
  readonly workload: string;
  readonly fact: string;
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly protocol: string;
  readonly firstMs: number;
  unreported: number;
  /** What was said of it when nothing had moved: the same again. */
  said?: Finding;
}

/** Where somebody who is in goes next: logins, remote execution, the cluster's own services, databases. */
const SENSITIVE = new Set([
  22, 23, 135, 139, 445, 1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5900, 5985, 5986, 6379, 9042, 9200,
  10250, 11211, 27017,
]);

/** The finding of one new edge. Moves its reported count on. */
export function newEdgeFinding(edge: ToldEdge): Finding {
  const count = edge.unreported;
  edge.unreported = 0;
  if (count > 0) return findingOf(edge, count);
  edge.said ??= findingOf(edge, 0);
  return edge.said;
}

function findingOf({ source, target, protocol, firstMs, fact }: ToldEdge, count: number): Finding {
  const port = target.port ?? 0;
  const isSensitive = SENSITIVE.has(port) && target.kind !== 'world';
  const [from, to] = [endpointName(source), `${endpointName(target)}:${port}`];
  return {
    rule: 'new-edge',
    category: 'unauthorized-access',
    severity: isSensitive ? 'medium' : 'low',
    confidence: isSensitive ? 0.6 : 0.4,
    title: `${from} talks to ${to} for the first time`,
    description:
      `${from} has never talked to ${to} (${protocol}) while it was watched, and neither end was changed in the last minutes.` +
      (isSensitive ? ' Logins, databases and the cluster’s own services are where an intruder goes next.' : ''),
    source,
    target,
    sinceMs: firstMs,
    count,
    evidence: {
      observed: 1,
      threshold: 1,
      unit: 'new edges',
      windowMs: 1,
      protocol,
      port,
      learnedAs: fact.slice(1),
      sensitivePort: isSensitive,
    },
    mitre: NEW_EDGE_MITRE,
    suggestion: `If this is meant, do nothing: it is learned in a few minutes. If it is not, deny it with a NetworkPolicy on ${endpointName(target)} and look at what runs in ${from}.`,
  };
}
