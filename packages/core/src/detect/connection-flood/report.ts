import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import { blockAdvice, floodConfidence, MAX_TOP, nameWithPort, round3, topSources } from '../flood-report.ts';
import type { Pair } from './held-connections.ts';
import { type HeldTotal, heldLimit, openLimit } from './held-judgement.ts';
import type { ConnectionMeasure } from './judgement.ts';
import type { ConnectionFloodParameters } from './parameters.ts';
import type { ConnectionAlarm, ConnectionTarget } from './target-state.ts';

/** Endpoint denial of service: OS exhaustion flood, service exhaustion flood. */
export const CONNECTION_FLOOD_MITRE: readonly Mitre[] = [
  { tactic: 'impact', technique: 'T1499.001' },
  { tactic: 'impact', technique: 'T1499.002' },
];

/** The finding of a workload at which too many connections are opened. */
export function openedFinding(
  state: ConnectionTarget,
  alarm: ConnectionAlarm,
  measure: ConnectionMeasure,
  p: ConnectionFloodParameters,
  context: DetectorContext,
): Finding {
  const { lane } = measure;
  const ports = lane.peers?.ports(MAX_TOP) ?? [];
  const target: Endpoint = ports[0] === undefined ? state.endpoint : { ...state.endpoint, port: ports[0] };
  const distinct = alarm.source === null ? Math.max(1, lane.peers?.distinct ?? 1) : 1;
  const isHollow = measure.name.startsWith('hollow');
  const isShared = alarm.source !== null && context.cluster.isShared(alarm.source);
  const name = nameWithPort(target, ports.length === 1 ? ports[0] : undefined);
  const by = alarm.source === null ? `About ${distinct} sources` : endpointName(alarm.source);
  const ratio = measure.rate / measure.threshold;
  const confidence = floodConfidence(isHollow ? 0.75 : 0.6, ratio);
  return {
    ...base(alarm, target, severityOf(ratio, p)),
    confidence: isShared ? Math.min(0.5, confidence) : confidence,
    title: `Connection flood ${alarm.source === null ? '' : `from ${endpointName(alarm.source)} `}on ${name}`,
    description:
      `${by} opened ${Math.round(measure.rate)} connections per second to ${name}` +
      `${isHollow ? ' that ended without a byte from the client' : ''}, on average over ${p.windowMs / 1000} s.`,
    sources: { distinctEstimate: distinct, top: topSources(lane.peers?.top(MAX_TOP) ?? [], context.nameAddress) },
    count: Math.round(lane.rolled),
    evidence: {
      observed: Math.round(measure.rate),
      threshold: Math.round(measure.threshold),
      unit: 'connections/s',
      windowMs: p.windowMs,
      distinctSources: distinct,
      loudestShare: round3(lane.peers?.loudest?.share ?? 0),
      ports,
      hollow: isHollow,
      ...(isShared ? { sharedSource: true } : undefined),
    },
    suggestion: advice(alarm.source, target),
  };
}

/** The finding of one of ours that opens connections to somebody only to close them. */
export function madeFinding(alarm: ConnectionAlarm, measure: ConnectionMeasure, p: ConnectionFloodParameters): Finding {
  const source = alarm.source === null ? 'A workload' : endpointName(alarm.source);
  const target = endpointName(alarm.target);
  const ratio = measure.rate / measure.threshold;
  return {
    ...base(alarm, alarm.target, severityOf(ratio, p)),
    confidence: floodConfidence(0.7, ratio),
    title: `Connection flood from ${source} on ${target}`,
    description: `${source} opens ${Math.round(measure.rate)} connections per second to ${target} and sends nothing on them.`,
    count: Math.round(measure.lane.rolled),
    evidence: {
      observed: Math.round(measure.rate),
      threshold: Math.round(measure.threshold),
      unit: 'connections/s',
      windowMs: p.windowMs,
      distinctSources: 1,
      ports: measure.lane.peers?.ports(MAX_TOP) ?? [],
      hollow: true,
      outgoing: true,
    },
    suggestion: advice(alarm.source, alarm.target),
  };
}

/** The finding of one client that holds connections: silent ones, or more than anybody needs. */
export function heldFinding(pair: Pair, server: Endpoint, p: ConnectionFloodParameters): Finding {
  const limits = { held: heldLimit(pair, p), open: openLimit(pair, p) };
  const isHeld = pair.held / limits.held >= pair.open / limits.open;
  const observed = isHeld ? pair.held : pair.open;
  const threshold = isHeld ? limits.held : limits.open;
  const target: Endpoint = { ...server, port: server.port ?? pair.serverPort };
  const source = endpointName(pair.client);
  const name = nameWithPort(target, pair.serverPort);
  const alarm: ConnectionAlarm = { sinceMs: pair.sinceMs, source: pair.client, target };
  const confidence = floodConfidence(isHeld ? 0.75 : 0.6, observed / threshold);
  return {
    ...base(alarm, target, severityOf(observed / threshold, p)),
    confidence: pair.isShared ? Math.min(0.5, confidence) : confidence,
    title: isHeld ? `Slow connections of ${source} hold ${name}` : `Too many connections of ${source} at ${name}`,
    description: isHeld
      ? `${source} holds ${pair.held} connections to ${name} open for more than ${p.silentMs / 1000} s with ${pair.bytes} bytes ` +
        'in all, which the server could not answer: each takes a worker or a file descriptor.'
      : `${source} has ${pair.open} connections open to ${name}.`,
    sources: { distinctEstimate: 1, top: [{ ip: pair.client.ip, count: pair.open }] },
    count: observed,
    evidence: {
      observed,
      threshold,
      unit: 'connections',
      windowMs: p.silentMs,
      open: pair.open,
      silent: pair.silent,
      held: pair.held,
      bytesReceived: pair.bytes,
      distinctSources: 1,
      ports: [pair.serverPort],
      ...(pair.isShared ? { sharedSource: true } : undefined),
      ...(pair.byClient ? { outgoing: true } : undefined),
    },
    suggestion: `${advice(pair.client, target)} ${TIMEOUTS}`,
  };
}

/** The finding of many clients outside that together hold connections. */
export function heldTotalFinding(
  total: HeldTotal,
  threshold: number,
  sinceMs: number,
  p: ConnectionFloodParameters,
  context: DetectorContext,
): Finding {
  const target: Endpoint = { ...total.target, port: total.port };
  const name = nameWithPort(target, total.port);
  const heavy = total.pairs
    .toSorted((a, b) => b.held - a.held || (a.client.ip < b.client.ip ? -1 : 1))
    .slice(0, MAX_TOP)
    .map(({ client, held }) => ({ key: client.ip, count: held, error: 0 }));
  return {
    ...base({ sinceMs, source: null, target }, target, severityOf(total.held / threshold, p)),
    confidence: floodConfidence(0.65, total.held / threshold),
    title: `Slow connections hold ${name}`,
    description:
      `${total.pairs.length} sources hold ${total.held} connections to ${name} open for more than ${p.silentMs / 1000} s with ` +
      `${total.bytes} bytes in all, which the server could not answer.`,
    sources: { distinctEstimate: total.pairs.length, top: topSources(heavy, context.nameAddress) },
    count: total.held,
    evidence: {
      observed: total.held,
      threshold,
      unit: 'connections',
      windowMs: p.silentMs,
      silent: total.silent,
      held: total.held,
      bytesReceived: total.bytes,
      distinctSources: total.pairs.length,
      ports: [total.port],
    },
    suggestion: `${advice(null, target)} ${TIMEOUTS}`,
  };
}

const TIMEOUTS =
  'Set time limits for reading a request (nginx: client_header_timeout, client_body_timeout; Apache: mod_reqtimeout; Envoy: ' +
  'request_headers_timeout) below silentMs.';

function base({ sinceMs, source }: ConnectionAlarm, target: Endpoint, severity: Severity) {
  return {
    rule: 'connection-flood',
    category: 'flood',
    severity,
    source,
    target,
    sinceMs,
    mitre: CONNECTION_FLOOD_MITRE,
  } as const;
}

function severityOf(ratio: number, p: ConnectionFloodParameters): Severity {
  return ratio >= p.criticalFactor ? 'high' : 'medium';
}

function advice(source: Endpoint | null, target: Endpoint): string {
  return source === null
    ? `Limit connections a source in front of ${endpointName(target)} (ingress: limit-connections; HAProxy, nginx: limit_conn), ` +
        'or have the provider challenge clients.'
    : `${blockAdvice(source)} Limit connections a source in front of ${endpointName(target)}.`;
}
