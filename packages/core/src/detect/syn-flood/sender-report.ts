import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import { blockAdvice, floodConfidence, MAX_TOP, nameWithPort, topSources, upstreamAdvice } from '../flood-report.ts';
import type { ClosedMeasure, ClosedTarget } from './closed-ports.ts';
import type { Opener } from './openings.ts';
import type { SynFloodParameters } from './parameters.ts';
import type { RawSender } from './raw-senders.ts';
import { SYN_FLOOD_MITRE } from './report.ts';

/** SYNs at ports where nobody listens. */
export function closedFinding(
  state: ClosedTarget,
  { lane, rate, threshold }: ClosedMeasure,
  p: SynFloodParameters,
  { nameAddress, cluster }: DetectorContext,
): Finding {
  const source = state.alarm?.source ?? null;
  const ports = lane.peers?.ports(MAX_TOP) ?? [];
  const distinct = Math.max(1, lane.peers?.distinct ?? 1);
  const target: Endpoint = ports.length === 1 ? { ...state.endpoint, port: ports[0] ?? 0 } : state.endpoint;
  const name = nameWithPort(target, target.port);
  const isShared = source !== null && cluster.isShared(source);
  const confidence = floodConfidence(0.8, rate / threshold);
  return {
    rule: 'syn-flood',
    category: 'flood',
    severity: state.alarm?.isOurs || rate >= p.criticalFactor * threshold ? 'high' : 'medium',
    confidence: isShared ? Math.min(0.5, confidence) : confidence,
    title: `SYN flood ${source === null ? '' : `from ${endpointName(source)} `}on closed ports of ${name}`,
    description:
      `${name} receives ${Math.round(rate)} connection requests per second where nobody listens, from about ${distinct} sources. ` +
      (source === null
        ? 'No single source stands out: they are forged, or many.'
        : state.alarm?.isOurs
          ? 'The named workload sends as many through a raw socket: the addresses are forged.'
          : 'Most come from the named source.'),
    source,
    sources: { distinctEstimate: distinct, top: topSources(lane.peers?.top(MAX_TOP) ?? [], nameAddress) },
    target,
    sinceMs: state.alarm?.sinceMs ?? 0,
    count: lane.rolled,
    evidence: {
      observed: Math.round(rate),
      threshold: Math.round(threshold),
      unit: 'SYN/s',
      windowMs: 1000,
      completionRatio: 0,
      distinctSources: distinct,
      ports,
      closedPort: true,
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: SYN_FLOOD_MITRE,
    suggestion: source === null ? upstreamAdvice(`TCP to unused ports of ${target.ip}`) : blockAdvice(source),
  };
}

/** Connections of ours that fail by the hundred at one target. */
export function openerFinding(opener: Opener, target: Endpoint, rate: number, p: SynFloodParameters): Finding {
  const ports = opener.lane.peers?.ports(MAX_TOP) ?? [];
  return {
    ...sentFinding(opener.endpoint, target, rate, p, ports),
    sinceMs: opener.alarm?.sinceMs ?? 0,
    count: opener.lane.rolled,
    confidence: floodConfidence(0.7, (rate * p.windowMs) / (1000 * p.sourceSynsPerWindow)),
    description:
      `${endpointName(opener.endpoint)} opens ${Math.round(rate)} connections per second to ${endpointName(target)}, ` +
      'none of which is answered, and goes on.',
  };
}

/** TCP that one of ours sends past its kernel, more than a scan of all ports would. */
export function rawFinding(sender: RawSender, target: Endpoint, p: SynFloodParameters): Finding {
  const rate = Math.round(sender.rate);
  const packets = sender.packets.sum;
  return {
    ...sentFinding({ ...sender.endpoint, ip: '' }, target, rate, p, []),
    sinceMs: sender.alarm?.sinceMs ?? 0,
    count: Math.round(sender.packets.last(1)),
    confidence: floodConfidence(0.75, packets / p.rawPackets),
    description:
      `${endpointName(sender.endpoint)} sends ${rate} TCP packets per second to ${endpointName(target)} through a raw socket, ` +
      `${packets} within 5 minutes: more than a scan of all ports needs. Their source addresses may be forged.`,
    evidence: {
      observed: packets,
      threshold: p.rawPackets,
      unit: 'packets',
      windowMs: 300_000,
      packetsPerSecond: rate,
      distinctSources: 1,
      rawSocket: true,
      outgoing: true,
    },
  };
}

function sentFinding(
  source: Endpoint,
  target: Endpoint,
  rate: number,
  p: SynFloodParameters,
  ports: readonly number[],
): Finding {
  return {
    rule: 'syn-flood',
    category: 'flood',
    severity: 'high',
    confidence: 0.7,
    title: `SYN flood from ${endpointName(source)} on ${endpointName(target)}`,
    description: '',
    source,
    target,
    sinceMs: 0,
    count: 0,
    evidence: {
      observed: Math.round(rate),
      threshold: Math.round((p.sourceSynsPerWindow * 1000) / p.windowMs),
      unit: 'SYN/s',
      windowMs: 1000,
      completionRatio: 0,
      distinctSources: 1,
      ports,
      outgoing: true,
    },
    mitre: SYN_FLOOD_MITRE,
    suggestion: blockAdvice(source),
  };
}
