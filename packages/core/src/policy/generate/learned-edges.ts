/** What the learning store remembers of a workload, as edges. */
import type { Protocol } from '../../flow/flow.ts';
import type { FactState } from '../../learn/fact-set.ts';
import type { ObservedEdge } from './observed-edge.ts';
import { endOfKey, type PolicyEnd } from './policy-end.ts';

const API_SERVER_FACT = 'sensitive kube-apiserver';
const API_SERVER_PORT = 443;

/** The edges among the facts of `workload` (its `historyKey`); other facts are passed over. */
export function learnedEdges(workload: string, facts: readonly FactState[]): ObservedEdge[] {
  return facts.flatMap((fact) => learnedEdge(workload, fact) ?? []);
}

function learnedEdge(workload: string, [fact, firstMs, lastMs, count]: FactState): ObservedEdge | undefined {
  const own: PolicyEnd = endOfKey(workload);
  if (own.kind !== 'workload') return undefined;
  const times = { isAnswered: true, count, failed: 0, windows: count, firstMs, lastMs };
  if (fact === API_SERVER_FACT) {
    const destination: PolicyEnd = { kind: 'api-server', ip: '' };
    return { source: own, destination, port: API_SERVER_PORT, protocol: 'TCP', seenBy: 'learned-client', ...times };
  }
  const parsed = /^([<>])(.+)\|(high|\d+)\|(TCP|UDP|SCTP|ICMP|OTHER)$/s.exec(fact);
  if (parsed === null) return undefined;
  const [, direction, key = '', portText = '', protocol] = parsed;
  const peer = endOfKey(key);
  const shared = { port: portText === 'high' ? ('high' as const) : Number(portText), protocol: protocol as Protocol };
  return direction === '>'
    ? { source: own, destination: peer, ...shared, seenBy: 'learned-client', ...times }
    : { source: peer, destination: own, ...shared, seenBy: 'learned-server', ...times };
}
