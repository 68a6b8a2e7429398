import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import { floodConfidence, MAX_TOP, round3, topSources } from '../flood-report.ts';
import type { Judged } from './judgement.ts';
import type { AmplificationParameters } from './parameters.ts';
import { reflectorName } from './reflectors.ts';
import type { AmplificationTarget, Reflection } from './target-state.ts';

/** Network denial of service: reflection amplification. */
export const AMPLIFICATION_MITRE: readonly Mitre[] = [{ tactic: 'impact', technique: 'T1498.002' }];

/** Rates are told of so many of the newest spans: what is going on now, not the window's mean. */
const NOW_SPANS = 3;

/** The finding of a workload that gets answers to questions somebody else asked in its name. */
export function reflectedFinding(
  state: AmplificationTarget,
  kind: 'listed' | 'unknown' | 'synAcks',
  of: Reflection,
  judged: Judged,
  p: AmplificationParameters,
  context: DetectorContext,
): Finding {
  const target = endpointName(state.endpoint);
  const isTcp = kind === 'synAcks';
  const ports = of.peers.ports(MAX_TOP);
  const services = isTcp ? ['TCP SYN-ACK'] : ports.slice(0, 3).map(reflectorName);
  const bytesPerSecond = Math.round(of.bytes.last(NOW_SPANS) / NOW_SPANS);
  const packetsPerSecond = Math.round(of.packets.last(NOW_SPANS) / NOW_SPANS);
  const seconds = Math.round(judged.windowMs / 1000);
  return {
    rule: 'amplification',
    category: 'flood',
    severity: isTcp ? severityOfRate(packetsPerSecond) : severityOf(bytesPerSecond, packetsPerSecond, p),
    confidence: floodConfidence(kind === 'listed' ? 0.8 : 0.65, judged.observed / judged.threshold),
    title: `Reflected ${isTcp ? 'SYN-ACKs' : `${services[0] ?? 'UDP'} responses`} on ${target}`,
    description:
      `${target} got ${judged.observed} ${isTcp ? 'SYN-ACKs' : 'responses'} within ${seconds} s that it did not ask for ` +
      `(${services.join(', ')}), from about ${of.distinct} servers` +
      `${isTcp ? '' : `, ${(bytesPerSecond * 8e-6).toFixed(1)} Mbit/s of payload now`}. ` +
      'Somebody sends requests with its address forged, and the servers answer to it.',
    source: null,
    sources: { distinctEstimate: of.distinct, top: topSources(of.peers.top(MAX_TOP), context.nameAddress) },
    target: state.endpoint,
    sinceMs: of.sinceMs,
    count: Math.round(of.packets.last(1)),
    evidence: {
      observed: judged.observed,
      threshold: judged.threshold,
      unit: isTcp ? 'SYN-ACK' : 'responses',
      windowMs: judged.windowMs,
      bytesPerSecond,
      packetsPerSecond,
      distinctSources: of.distinct,
      [isTcp ? 'ports' : 'reflectorPorts']: ports,
      services,
      [isTcp ? 'rsts' : 'solicitedResponses']: of.against.sum,
    },
    mitre: AMPLIFICATION_MITRE,
    suggestion: isTcp
      ? `If ${target} sends no raw TCP itself (see port-scan and host-sweep), have SYN-ACKs without a connection dropped before the node ` +
        '(stateful filter at the provider or router), and tell the owners of the listed servers.'
      : `Have UDP from source port ${ports.slice(0, 3).join(', ')} to ${state.endpoint.ip} dropped before the node (provider’s DDoS ` +
        'protection, router filter): the listed servers are themselves abused, and blocking them one by one does not help.',
  };
}

/** The finding of a server of ours that answers forged questions. */
export function servedFinding(
  state: AmplificationTarget,
  victim: Endpoint,
  of: Reflection,
  judged: Judged,
  p: AmplificationParameters,
): Finding {
  const source = endpointName(state.endpoint);
  const { port } = of.peers.mainPort;
  const rate = judged.observed;
  return {
    rule: 'amplification',
    category: 'flood',
    severity: rate >= p.criticalBytesPerSecond ? 'high' : 'medium',
    confidence: floodConfidence(0.65, rate / judged.threshold),
    title: `${source} is used to amplify an attack on ${endpointName(victim)}`,
    description:
      `${source} answers ${reflectorName(port)} requests that claim to come from ${endpointName(victim)} with ` +
      `${(rate * 8e-6).toFixed(1)} Mbit/s, more than ${p.outgoingFactor} times what was asked. The requests are most likely forged.`,
    source: state.endpoint,
    sources: { distinctEstimate: 1, top: [{ ip: state.endpoint.ip, count: Math.round(of.packets.sum) }] },
    target: victim,
    sinceMs: of.sinceMs,
    count: Math.round(of.packets.last(1)),
    evidence: {
      observed: rate,
      threshold: judged.threshold,
      unit: 'bytes/s',
      windowMs: judged.windowMs,
      distinctSources: 1,
      reflectorPorts: [port],
      victimShare: round3(of.peers.loudest?.share ?? 0),
      outgoing: true,
    },
    mitre: AMPLIFICATION_MITRE,
    suggestion:
      `Do not serve UDP ${port} of ${source} to the world: restrict the Service or NetworkPolicy to its clients, or switch on rate ` +
      'limiting there (DNS: response rate limiting; NTP: noquery; Memcached: no UDP).',
  };
}

function severityOf(bytesPerSecond: number, packetsPerSecond: number, p: AmplificationParameters): Severity {
  if (bytesPerSecond >= p.criticalBytesPerSecond) return 'critical';
  if (bytesPerSecond >= p.criticalBytesPerSecond / 100) return 'high';
  return severityOfRate(packetsPerSecond);
}

/** High from where a udp-flood would be. */
function severityOfRate(packetsPerSecond: number): Severity {
  return packetsPerSecond >= 2000 ? 'high' : 'medium';
}
