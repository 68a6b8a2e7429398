import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import type { HostSweepParameters } from './parameters.ts';
import type { Alarm, Sweeper } from './sweeper.ts';

/** Remote system discovery is part of network service discovery here; active scanning of IP blocks, from outside. */
export const HOST_SWEEP_MITRE: readonly Mitre[] = [
  { tactic: 'discovery', technique: 'T1046' },
  { tactic: 'reconnaissance', technique: 'T1595.001' },
];

const MAX_PORTS = 5;

/** The finding of an open alert. Moves the source's reported count on. */
export function sweepFinding(
  sweeper: Sweeper,
  alarm: Alarm,
  isOutside: boolean,
  nowMs: number,
  p: HostSweepParameters,
  context: DetectorContext,
): Finding {
  const { source } = sweeper;
  const hosts = sweeper.failedHosts(nowMs);
  const pairs = sweeper.failedPairs(nowMs);
  const failedShare = sweeper.failedShare(nowMs);
  const isShared = context.cluster.isShared(source);
  const windowMs = isOutside ? p.outsideWindowMs : p.windowMs;
  const ports = sweeper.topPorts(MAX_PORTS);
  const shape = sweeper.ports.size <= MAX_PORTS ? 'address' : 'block';
  const name = endpointName(source);
  const at = shape === 'address' ? `port ${ports.map(({ port }) => port).join(', ')}` : `${pairs} ports`;
  const count = sweeper.unreported;
  sweeper.unreported = 0;
  return {
    rule: 'host-sweep',
    category: 'scan',
    severity: severity(isOutside, pairs, failedShare, source, p),
    confidence: isShared ? 0.5 : Math.round(Math.min(0.95, 0.6 + hosts / 100) * 1000) / 1000,
    title: `Host sweep by ${name}: ${hosts} hosts`,
    description:
      `${name} tried ${at} of ${hosts} hosts within ${Math.round(windowMs / 60_000)} min, and ${Math.round(failedShare * 100)} % of its first contacts ` +
      'failed: by the sequential test of Jung et al. (TRW) it does not know who is there.' +
      (isShared ? ' Many hosts may share this address.' : ''),
    source,
    sources: { distinctEstimate: 1, top: [{ ip: source.ip, count: pairs }] },
    target: null,
    sinceMs: alarm.sinceMs,
    count,
    evidence: {
      observed: hosts,
      threshold: isOutside ? p.outsideHosts : p.insideHosts,
      unit: 'hosts',
      windowMs,
      darkPairs: pairs,
      failedShare: Math.round(failedShare * 1000) / 1000,
      likelihoodRatio: Math.round(Math.exp(sweeper.likelihood)),
      scan: shape,
      topPorts: ports,
      targets: [...sweeper.targets],
      protocols: sweeper.protocols,
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: HOST_SWEEP_MITRE,
    suggestion: suggestion(source),
  };
}

function severity(
  isOutside: boolean,
  pairs: number,
  failedShare: number,
  source: Endpoint,
  p: HostSweepParameters,
): Severity {
  if (isOutside) return 'medium';
  if (pairs < p.darkPairs || failedShare < p.failedShare) return 'low';
  return source.kind === 'pod' && pairs >= p.highPairs ? 'high' : 'medium';
}

function suggestion(source: Endpoint): string {
  const name = endpointName(source);
  if (source.kind === 'pod') {
    return (
      `Look at what runs in ${name} (kubectl exec -n ${source.namespace ?? 'default'} ${source.pod ?? ''} -- ps aux), and limit its egress to what it ` +
      'needs with a NetworkPolicy. If its targets are stale (a service discovery with dead members), clean them up.'
    );
  }
  if (source.kind === 'world' || source.kind === 'private') {
    return `Block ${source.ip} at the firewall, and expose no more ports of the nodes than needed.`;
  }
  return `Find the program on ${name} that does this (ss -tnp, ps).`;
}
