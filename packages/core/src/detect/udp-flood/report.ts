import type { Finding, Mitre } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import type { FloodPeers } from '../flood-lane.ts';
import {
  blockAdvice,
  floodConfidence,
  MAX_TOP,
  nameWithPort,
  round3,
  topSources,
  upstreamAdvice,
} from '../flood-report.ts';
import type { UdpMeasure } from './judgement.ts';
import type { UdpFloodParameters } from './parameters.ts';
import type { SentAlarm, UdpAlarm, UdpTarget } from './target-state.ts';

/** Network denial of service: direct network flood. */
export const UDP_FLOOD_MITRE: readonly Mitre[] = [{ tactic: 'impact', technique: 'T1498.001' }];

/** From this share of datagrams that find the receive buffer full, the application is harmed. */
const HARMFUL_DROPS = 0.1;

/** The finding of a flooded workload. */
export function receivedFinding(
  state: UdpTarget,
  alarm: UdpAlarm,
  measure: UdpMeasure,
  p: UdpFloodParameters,
  context: DetectorContext,
  sender?: Endpoint,
): Finding {
  const { lane } = measure;
  const peers = lane.peers;
  const ports = peers?.ports(MAX_TOP) ?? [];
  const target: Endpoint = ports[0] === undefined ? state.endpoint : { ...state.endpoint, port: ports[0] };
  const isClosed = measure.name.startsWith('closed');
  const harmed = state.bufferDrops > HARMFUL_DROPS * lane.rolled;
  const distinct = Math.max(1, peers?.distinct ?? 1);
  const isShared = alarm.source !== null && context.cluster.isShared(alarm.source);
  const name = nameWithPort(target, ports.length === 1 ? ports[0] : undefined);
  return {
    rule: 'udp-flood',
    category: 'flood',
    severity: measure.ratio >= p.criticalFactor || harmed ? 'critical' : 'high',
    confidence: isShared ? Math.min(0.5, confidenceOf(measure)) : confidenceOf(measure),
    title: `UDP flood ${alarm.source === null ? '' : `from ${endpointName(alarm.source)} `}on ${name}`,
    description:
      `${name} receives ${Math.round(measure.rate)} UDP datagrams per second ` +
      `(${megabits(lane.byteRate)} Mbit/s of payload) ` +
      `${isClosed ? 'where nobody listens' : 'that it neither asked for nor answers'}, from about ${distinct} sources` +
      `${harmed ? '; its receive buffer overflows, so real clients lose datagrams' : ''}. ` +
      (alarm.source === null
        ? 'No single source stands out: they are forged, or many.'
        : 'Most come from the named source.') +
      (sender === undefined ? '' : ` ${endpointName(sender)} sends as many to it.`),
    source: alarm.source,
    sources: { distinctEstimate: distinct, top: topSources(peers?.top(MAX_TOP) ?? [], context.nameAddress) },
    target,
    sinceMs: alarm.sinceMs,
    count: Math.round(lane.rolled),
    evidence: {
      observed: Math.round(measure.rate),
      threshold: Math.round(measure.threshold),
      unit: 'packets/s',
      windowMs: 1000,
      bytesPerSecond: Math.round(lane.byteRate),
      distinctSources: distinct,
      loudestShare: round3(measure.share),
      ports,
      closedPort: isClosed,
      receiveBufferDrops: state.bufferDrops,
      ...(sender === undefined ? undefined : { sender: endpointName(sender) }),
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: UDP_FLOOD_MITRE,
    suggestion: receivedAdvice(alarm.source ?? sender ?? null, state.endpoint, ports, isClosed),
  };
}

/** The finding of a workload of ours that floods somebody. */
export function sentFinding(
  alarm: SentAlarm,
  measure: UdpMeasure,
  p: UdpFloodParameters,
  context: DetectorContext,
): Finding {
  const { lane } = measure;
  const ports = lane.latestPeers?.ports(MAX_TOP) ?? [];
  const name = alarm.target === null ? 'an address that is not known' : endpointName(alarm.target);
  const source = endpointName(alarm.source);
  return {
    rule: 'udp-flood',
    category: 'flood',
    severity: measure.ratio >= p.criticalFactor ? 'critical' : 'high',
    confidence: confidenceOf(measure),
    title: `UDP flood from ${source}${alarm.target === null ? '' : ` on ${name}`}`,
    description:
      `${source} sends ${Math.round(measure.rate)} UDP datagrams per second (${megabits(lane.byteRate)} Mbit/s of payload) ` +
      `to ${name}, which answers none of them.` +
      (alarm.target === null ? ' The kernel’s table of conversations is full, so it is not known to whom.' : ''),
    source: alarm.source,
    sources: {
      distinctEstimate: 1,
      top: topSources([{ key: alarm.source.ip, count: Math.round(lane.rolled), error: 0 }], context.nameAddress),
    },
    target: alarm.target,
    sinceMs: alarm.sinceMs,
    count: Math.round(lane.rolled),
    evidence: {
      observed: Math.round(measure.rate),
      threshold: Math.round(measure.threshold),
      unit: 'packets/s',
      windowMs: 1000,
      bytesPerSecond: Math.round(lane.byteRate),
      distinctSources: 1,
      ports,
      outgoing: true,
    },
    mitre: UDP_FLOOD_MITRE,
    suggestion: blockAdvice(alarm.source),
  };
}

export interface Starvation {
  readonly rate: number;
  readonly count: number;
  readonly windowMs: number;
  readonly sinceMs: number;
  readonly server: Endpoint | null;
}

/** The finding of DHCP clients that ask for more addresses than hosts could need. */
export function starvationFinding(seen: Starvation, peers: FloodPeers | undefined, p: UdpFloodParameters): Finding {
  const distinct = Math.max(1, peers?.distinct ?? 1);
  return {
    rule: 'udp-flood',
    category: 'flood',
    severity: 'medium',
    confidence: floodConfidence(0.6, seen.rate / p.dhcpRequestsPerSecond),
    title: `DHCP request flood${seen.server === null ? '' : ` on ${endpointName(seen.server)}`}`,
    description:
      `${Math.round(seen.rate)} DHCP requests per second from about ${distinct} client addresses: ` +
      'more than hosts that boot would send. The pool of addresses may run out.',
    source: null,
    sources: {
      distinctEstimate: distinct,
      top: (peers?.top(MAX_TOP) ?? []).flatMap(({ key, count, error }) => (count > error ? [{ ip: key, count }] : [])),
    },
    target: seen.server,
    sinceMs: seen.sinceMs,
    count: seen.count,
    evidence: {
      observed: Math.round(seen.rate),
      threshold: p.dhcpRequestsPerSecond,
      unit: 'requests/s',
      windowMs: seen.windowMs,
      distinctSources: distinct,
      ports: [67],
    },
    mitre: UDP_FLOOD_MITRE,
    suggestion:
      'Look at the DHCP server’s leases for many of one age. Limit DHCP requests on the switch ports (DHCP snooping with a ' +
      'rate limit) and find the port they come from by its MAC addresses.',
  };
}

function confidenceOf({ name, ratio }: UdpMeasure): number {
  return floodConfidence(name === 'inside' || name === 'out' ? 0.7 : 0.8, ratio);
}

function receivedAdvice(
  source: Endpoint | null,
  target: Endpoint,
  ports: readonly number[],
  isClosed: boolean,
): string {
  const port = ports[0] === undefined ? '' : ` (UDP ${ports.slice(0, 3).join(', ')})`;
  const here = isClosed
    ? `Nothing of ${endpointName(target)} listens there, so the traffic can be dropped without loss${port}. `
    : `If ${endpointName(target)} need not be reachable there${port}, close it with a NetworkPolicy. `;
  return here + (source === null ? upstreamAdvice(`UDP to ${target.ip}${port}`) : blockAdvice(source));
}

function megabits(bytesPerSecond: number): string {
  const megabits = (bytesPerSecond * 8) / 1e6;
  return megabits >= 10 ? String(Math.round(megabits)) : megabits.toFixed(1);
}
