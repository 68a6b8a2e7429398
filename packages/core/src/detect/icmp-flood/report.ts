import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import { blockAdvice, floodConfidence, MAX_TOP, round3, topSources, upstreamAdvice } from '../flood-report.ts';
import type { IcmpMeasure } from './judgement.ts';
import type { IcmpFloodParameters } from './parameters.ts';
import type { IcmpAlarm, IcmpLaneName, IcmpSentAlarm, IcmpTarget } from './target-state.ts';

/** Network denial of service: direct network flood. */
export const ICMP_FLOOD_MITRE: readonly Mitre[] = [{ tactic: 'impact', technique: 'T1498.001' }];

const WHAT: Readonly<Record<IcmpLaneName, string>> = {
  outsideAsked: 'echo requests',
  outsideAnswered: 'echo requests',
  insideAsked: 'echo requests',
  insideAnswered: 'echo requests',
  replies: 'echo replies that it did not ask for',
  errors: 'ICMP errors',
  discovery: 'neighbour discovery messages',
  out: 'echo requests',
};

/** The finding of a flooded workload. */
export function receivedFinding(
  state: IcmpTarget,
  alarm: IcmpAlarm,
  measure: IcmpMeasure,
  p: IcmpFloodParameters,
  context: DetectorContext,
  sender?: Endpoint,
): Finding {
  const { lane, name } = measure;
  const target = endpointName(state.endpoint);
  const distinct = Math.max(1, lane.peers?.distinct ?? 1);
  const isShared = alarm.source !== null && context.cluster.isShared(alarm.source);
  const confidence = floodConfidence(name.startsWith('inside') ? 0.7 : 0.8, measure.ratio);
  return {
    rule: 'icmp-flood',
    category: 'flood',
    severity: severityOf(measure, p),
    confidence: isShared ? Math.min(0.5, confidence) : confidence,
    title: `ICMP flood ${alarm.source === null ? '' : `from ${endpointName(alarm.source)} `}on ${target}`,
    description:
      `${target} receives ${Math.round(measure.rate)} ${WHAT[name]} per second from about ${distinct} sources. ` +
      (alarm.source === null
        ? 'No single source stands out: they are forged, or many.'
        : 'Most come from the named source.') +
      (sender === undefined ? '' : ` ${endpointName(sender)} sends as many to it.`),
    source: alarm.source,
    sources: { distinctEstimate: distinct, top: topSources(lane.peers?.top(MAX_TOP) ?? [], context.nameAddress) },
    target: state.endpoint,
    sinceMs: alarm.sinceMs,
    count: Math.round(lane.rolled),
    evidence: {
      ...evidenceOf(measure, p),
      message: WHAT[name],
      ...(sender === undefined ? undefined : { sender: endpointName(sender) }),
      distinctSources: distinct,
      loudestShare: round3(lane.peers?.loudest?.share ?? 0),
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: ICMP_FLOOD_MITRE,
    suggestion: advice(alarm.source ?? sender ?? null, state.endpoint),
  };
}

/** The finding of a workload of ours that floods somebody. */
export function sentFinding(
  alarm: IcmpSentAlarm,
  measure: IcmpMeasure,
  p: IcmpFloodParameters,
  context: DetectorContext,
): Finding {
  const source = endpointName(alarm.source);
  const target = endpointName(alarm.target);
  const rolled = Math.round(measure.lane.rolled);
  return {
    rule: 'icmp-flood',
    category: 'flood',
    severity: severityOf(measure, p),
    confidence: floodConfidence(0.7, measure.ratio),
    title: `ICMP flood from ${source} on ${target}`,
    description: `${source} sends ${Math.round(measure.rate)} echo requests per second to ${target}.`,
    source: alarm.source,
    sources: {
      distinctEstimate: 1,
      top: topSources([{ key: alarm.source.ip, count: rolled, error: 0 }], context.nameAddress),
    },
    target: alarm.target,
    sinceMs: alarm.sinceMs,
    count: rolled,
    evidence: { ...evidenceOf(measure, p), message: WHAT.out, distinctSources: 1, outgoing: true },
    mitre: ICMP_FLOOD_MITRE,
    suggestion: blockAdvice(alarm.source),
  };
}

function evidenceOf({ rate, threshold, lane }: IcmpMeasure, p: IcmpFloodParameters) {
  return {
    observed: Math.round(rate),
    threshold,
    unit: 'packets/s',
    windowMs: p.windowMs,
    bytesPerSecond: Math.round(lane.byteRate),
  };
}

function severityOf({ ratio }: IcmpMeasure, p: IcmpFloodParameters): Severity {
  if (ratio >= p.criticalFactor) return 'critical';
  return ratio >= p.criticalFactor / 10 ? 'high' : 'medium';
}

function advice(source: Endpoint | null, target: Endpoint): string {
  return source === null ? upstreamAdvice(`ICMP to ${target.ip}, or rate-limit it`) : blockAdvice(source);
}
