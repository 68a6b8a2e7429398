import type { Finding, Mitre } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { NameAddress } from '../context.ts';
import { topSources } from './attribution.ts';
import type { Measure } from './judgement.ts';
import type { Alarm, ListenerState } from './listener-state.ts';
import type { SynFloodParameters } from './parameters.ts';
import type { RawSender } from './raw-senders.ts';
import type { SourceTally } from './source-tally.ts';

/** Endpoint denial of service: OS exhaustion flood. */
export const SYN_FLOOD_MITRE: readonly Mitre[] = [{ tactic: 'impact', technique: 'T1499.001' }];

/** The finding of a flooded listener. Moves the alarm's reported count on. */
export function listenerFinding(
  state: ListenerState,
  alarm: Alarm,
  measure: Measure,
  p: SynFloodParameters,
  name: NameAddress,
  rawSender?: RawSender,
): Finding {
  const last = state.last;
  const count = Math.max(0, state.window.syns - alarm.reportedSyns);
  alarm.reportedSyns = state.window.syns;
  alarm.distinctSources = Math.max(alarm.distinctSources, last?.distinctSources ?? 0);
  const perSecond = 1000 / p.windowMs;
  const isExhausted = last !== undefined && last.backlog > 0 && last.halfOpen >= last.backlog;
  const isExtreme = measure.rate >= p.criticalFactor * p.listenerSynsPerWindow;
  const target = targetName(state.target);
  const by = alarm.source ? `from ${endpointName(alarm.source)} ` : '';
  return {
    rule: 'syn-flood',
    category: 'flood',
    severity: isExhausted || isExtreme ? 'critical' : 'high',
    confidence: confidence(measure.completionRatio),
    title: `SYN flood ${by}on ${target}`,
    description:
      `${target} receives ${Math.round(measure.rate * perSecond)} connection requests per second and ` +
      `${percent(measure.completionRatio)} of them complete the handshake` +
      `${isExhausted ? '; its queue of half-open requests is full, so new clients may be refused' : ''}. ` +
      (alarm.source
        ? 'Most come from the named source.'
        : 'No single source stands out: the addresses are spoofed, or the flood is distributed.') +
      (rawSender === undefined
        ? ''
        : ` ${endpointName(rawSender.endpoint)} sends ${Math.round(rawSender.rate)} raw TCP packets per second to it.`),
    source: alarm.source,
    sources: {
      distinctEstimate: Math.round(alarm.distinctSources),
      top: topSources(state, Math.max(0, state.window.syns - alarm.baseSyns), name),
    },
    target: state.target,
    sinceMs: alarm.sinceMs,
    count,
    evidence: {
      observed: Math.round(measure.rate * perSecond),
      threshold: Math.round(p.listenerSynsPerWindow * perSecond),
      unit: 'SYN/s',
      windowMs: p.windowMs,
      completionRatio: round3(measure.completionRatio),
      completionThreshold: p.completionRatio,
      halfOpen: last?.halfOpen ?? 0,
      backlog: last?.backlog ?? 0,
      acceptQueue: last?.acceptQueue ?? 0,
      distinctSources: Math.round(last?.distinctSources ?? 0),
      synRetransmits: measure.moved.synRetransmits,
      queueFullSyns: measure.moved.queueFullSyns,
      bareAcks: Math.max(0, measure.moved.acks - measure.moved.completed),
      sampleSources: last?.sampleSources ?? [],
      ...(rawSender === undefined ? undefined : { rawSender: endpointName(rawSender.endpoint) }),
    },
    mitre: SYN_FLOOD_MITRE,
    suggestion: suggestion(alarm.source ?? rawSender?.endpoint ?? null, isExhausted),
  };
}

/** The finding of one source whose SYNs fail, at a listener that is well as a whole. */
export function sourceFinding(
  state: ListenerState,
  tally: SourceTally,
  isShared: boolean,
  p: SynFloodParameters,
  name: NameAddress,
): Finding {
  const { completionRatio } = tally;
  const source = name(tally.ip);
  const observed = Math.round((tally.syns * 1000) / tally.windowMs);
  const count = tally.unreported;
  tally.unreported = 0;
  return {
    rule: 'syn-flood',
    category: 'flood',
    severity: 'medium',
    confidence: isShared ? Math.min(0.5, confidence(completionRatio)) : confidence(completionRatio),
    title: `SYN flood from ${endpointName(source)} on ${targetName(state.target)}`,
    description:
      `${endpointName(source)} sends at least ${observed} connection requests per second to ${targetName(state.target)} and ` +
      `completes ${percent(completionRatio)} of the handshakes. The listener as a whole still serves its other clients.` +
      (isShared ? ' Many clients may share this address.' : ''),
    source,
    sources: { distinctEstimate: 1, top: [{ ip: tally.ip, count: tally.total }] },
    target: state.target,
    sinceMs: tally.alarmSinceMs,
    count,
    evidence: {
      observed,
      threshold: Math.round((p.sourceSynsPerWindow * 1000) / p.windowMs),
      unit: 'SYN/s',
      windowMs: tally.windowMs,
      completionRatio: round3(completionRatio),
      completionThreshold: p.completionRatio,
      halfOpen: state.last?.halfOpen ?? 0,
      backlog: state.last?.backlog ?? 0,
      distinctSources: 1,
      sampleSources: [tally.ip],
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: SYN_FLOOD_MITRE,
    suggestion: suggestion(source, false),
  };
}

/** 0.6 at the limit of completion, 0.99 when nothing completes. */
function confidence(completionRatio: number): number {
  return round3(Math.min(0.99, Math.max(0.6, 1 - 0.8 * completionRatio)));
}

function suggestion(source: Endpoint | null, isExhausted: boolean): string {
  const queue = isExhausted
    ? ' The queue is full: raise the listen() backlog and net.core.somaxconn, and net.ipv4.tcp_max_syn_backlog.'
    : '';
  if (source === null) {
    return (
      'Check that net.ipv4.tcp_syncookies is 1 in the target’s network namespace, and drop the traffic before it reaches the node ' +
      `(provider’s DDoS protection, load balancer SYN proxy), as spoofed sources cannot be blocked one by one.${queue}`
    );
  }
  const block =
    source.workload || source.pod
      ? `Deny ${endpointName(source)} this port with a NetworkPolicy and look at what runs in it: it may be compromised.`
      : `Block ${source.ip} at the firewall or with a NetworkPolicy ipBlock exception.`;
  return `${block} Check that net.ipv4.tcp_syncookies is 1 in the target’s network namespace.${queue}`;
}

function targetName(target: Endpoint): string {
  return `${endpointName(target)}:${target.port ?? 0}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
