import type { Finding, Mitre, TopSource } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import { isNamed } from '../known-sources.ts';
import type { OddTarget } from './half-open-watch.ts';
import type { Alarm, Pair } from './pair.ts';
import type { PortScanParameters } from './parameters.ts';
import { techniqueName } from './technique.ts';

/** Network service discovery, from inside; active scanning of IP blocks, from outside. */
export const PORT_SCAN_MITRE: readonly Mitre[] = [
  { tactic: 'discovery', technique: 'T1046' },
  { tactic: 'reconnaissance', technique: 'T1595.001' },
];

const MAX_TOP = 10;

/** The finding of an open alert. Moves the pairs' reported counts on. */
export function scanFinding(
  pair: Pair,
  alarm: Alarm,
  nowMs: number,
  limit: number,
  p: PortScanParameters,
  context: DetectorContext,
): Finding {
  const together = [pair, ...alarm.followers];
  const targets = new Set(together.map(({ targetIp }) => targetIp));
  const sources = together.filter(({ targetIp }) => targetIp === pair.targetIp);
  const ports = pair.observed(nowMs);
  const answers = pair.answers(nowMs);
  const isByPorts = ports >= limit * p.offRatio;
  const isByFlags = !isByPorts && pair.oddPorts(nowMs) >= p.oddPorts * p.offRatio;
  const isByAnswers = !isByPorts && !isByFlags && answers >= p.answers;
  const isShared = context.cluster.isShared(pair.source);
  const source = alarm.isNamed ? pair.source : null;
  const target = alarm.isBlock ? null : plain(context.cluster.behind(pair.target));
  const count = together.reduce((sum, { unreported }) => sum + unreported, 0);
  for (const each of together) each.unreported = 0;
  const technique = isByAnswers ? 'raw' : pair.technique;
  const observed = isByAnswers ? answers : ports;
  const by = source === null ? `${sources.length} sources in step` : endpointName(source);
  const at = target === null ? `${targets.size} targets` : endpointName(target);
  const isInside = pair.source.kind === 'pod';
  return {
    rule: 'port-scan',
    category: 'scan',
    severity: isInside && !isByAnswers && observed >= p.highFactor * limit ? 'high' : 'medium',
    confidence: confidence(pair, isByAnswers, isShared, source === null),
    title: `Port scan by ${by} of ${at}`,
    description:
      description(pair, by, at, observed, isByAnswers, technique, p) + othersText(source, sources.length, targets.size),
    source,
    sources: { distinctEstimate: sources.length, top: topSources(sources, nowMs) },
    target,
    sinceMs: alarm.sinceMs,
    count,
    evidence: {
      observed,
      threshold: isByAnswers ? p.answers : isByFlags ? p.oddPorts : limit,
      unit: isByAnswers ? 'answers' : 'ports',
      windowMs: p.windowMs,
      technique,
      packetsByTechnique: { ...pair.techniques },
      firstPort: pair.firstPort,
      lastPort: pair.lastPort,
      ports: [...pair.ports],
      openPorts: [...pair.openPorts],
      failedShare: Math.round(pair.failedShare(nowMs) * 1000) / 1000,
      ...(targets.size > 1 ? { targets: [...targets].slice(0, MAX_TOP), distinctTargets: targets.size } : undefined),
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: PORT_SCAN_MITRE,
    suggestion: suggestion(source, pair.target),
  };
}

/** Impossible flags at open ports, with no closed port beside them that would show whose they are. */
export function oddFlagsFinding(odd: OddTarget, p: PortScanParameters): Finding {
  const name = endpointName(odd.target);
  return {
    rule: 'port-scan',
    category: 'scan',
    severity: 'medium',
    confidence: 0.7,
    title: `FIN, NULL or XMAS scan of open ports of ${name}`,
    description:
      `Open ports of ${name} received ${odd.segments} segments with flags that no connection has (FIN, NULL or XMAS). ` +
      'They reached open ports only, where the kernel does not tell their source.',
    source: null,
    target: odd.target,
    sinceMs: odd.sinceMs,
    count: odd.unreported,
    evidence: {
      observed: odd.segments,
      threshold: p.oddPorts,
      unit: 'segments',
      windowMs: p.windowMs,
      technique: 'odd-flags',
      openPorts: odd.ports.slice(0, MAX_TOP),
    },
    mitre: PORT_SCAN_MITRE,
    suggestion: `Drop segments with invalid flags before ${name} (nftables: ct state invalid drop) and look for their sender on the node’s uplink.`,
  };
}

function confidence(pair: Pair, isByAnswers: boolean, isShared: boolean, isUnnamed: boolean): number {
  const base = isByAnswers ? 0.6 : isUnnamed ? 0.8 : pair.technique === 'udp' ? 0.85 : 0.95;
  return isShared ? Math.min(0.5, base) : base;
}

function description(
  pair: Pair,
  by: string,
  at: string,
  observed: number,
  isByAnswers: boolean,
  technique: Parameters<typeof techniqueName>[0],
  p: PortScanParameters,
): string {
  const seconds = Math.round(p.windowMs / 1000);
  if (isByAnswers) {
    return (
      `${by} got ${observed} answers from ${at} within ${seconds} s for packets that none of its sockets sent: ` +
      'it sends raw packets, as port scanners do. The ports are known at the target only.'
    );
  }
  const open = pair.openPorts.length > 0 ? ` Open ports that it found: ${pair.openPorts.join(', ')}.` : '';
  return `${by} tried ${observed} ports of ${at} within ${seconds} s (${techniqueName(technique)}).${open}`;
}

function othersText(source: Endpoint | null, sources: number, targets: number): string {
  const decoys =
    sources <= 1
      ? ''
      : source === null
        ? ' They probe in step: one scanner with decoy addresses (nmap -D), or a distributed scan.'
        : ` ${sources - 1} other addresses probe in step with it and are likely its decoys (nmap -D).`;
  return targets > 1 ? `${decoys} It does so at ${targets} targets.` : decoys;
}

function topSources(pairs: readonly Pair[], nowMs: number): TopSource[] {
  return pairs
    .map((pair) => ({ pair, count: pair.observed(nowMs) }))
    .sort((a, b) => b.count - a.count || (a.pair.sourceIp < b.pair.sourceIp ? -1 : 1))
    .slice(0, MAX_TOP)
    .map(({ pair: { source, sourceIp: ip }, count }) =>
      isNamed(source) ? { ip, name: endpointName(source), count } : { ip, count },
    );
}

/** The target as a whole: a scan is of many ports. */
function plain(target: Endpoint): Endpoint {
  if (target.port === undefined) return target;
  const { port: _, ...rest } = target;
  return rest;
}

function suggestion(source: Endpoint | null, target: Endpoint): string {
  if (source === null) {
    return `Limit who may reach ${endpointName(target)} with a NetworkPolicy, and block the sources at the firewall: one of them is real.`;
  }
  if (source.kind === 'pod') {
    const name = endpointName(source);
    return (
      `Look at what runs in ${name} (kubectl exec -n ${source.namespace ?? 'default'} ${source.pod ?? ''} -- ps aux): a pod that scans is likely ` +
      `compromised. Cut it off with a NetworkPolicy that denies its egress. A security scanner of your own: see “Tune it”.`
    );
  }
  if (source.kind === 'world' || source.kind === 'private') {
    return `Block ${source.ip} at the firewall, and limit who may reach ${endpointName(target)} with a NetworkPolicy.`;
  }
  return `Find the program on ${endpointName(source)} that does this (ss -tnp, ps), and limit who may reach ${endpointName(target)}.`;
}
