import type { Finding, Mitre } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { DetectorContext } from '../context.ts';
import type { SlowScanParameters } from './parameters.ts';
import type { SlowSource } from './slow-source.ts';

export const SLOW_SCAN_MITRE: readonly Mitre[] = [
  { tactic: 'discovery', technique: 'T1046' },
  { tactic: 'reconnaissance', technique: 'T1595.001' },
];

/** The finding of a source over the threshold. Moves its reported count on. */
export function slowScanFinding(
  slow: SlowSource,
  nowMs: number,
  p: SlowScanParameters,
  context: DetectorContext,
): Finding {
  const { source } = slow;
  const observed = slow.failed(nowMs, p.windowMs, p.fastPerMinute);
  const failedShare = slow.failedShare(nowMs, p.windowMs);
  const isShared = context.cluster.isShared(source);
  const targets = [...slow.targets.values()];
  const only = targets.length === 1 ? context.cluster.behind(targets[0]!) : null;
  const name = endpointName(source);
  const at = only === null ? `at least ${targets.length} hosts` : endpointName(only);
  const minutes = Math.round(p.windowMs / 60_000);
  const count = slow.unreported;
  slow.unreported = 0;
  return {
    rule: 'slow-scan',
    category: 'scan',
    severity: 'medium',
    confidence: isShared ? 0.5 : 0.8,
    title: `Slow scan by ${name} of ${at}`,
    description:
      `${name} failed on ${observed} distinct ports of ${at} within ${minutes} min, never on many in one minute, and ` +
      `${Math.round(failedShare * 100)} % of what it tried failed: a scan paced to stay below thresholds (as nmap -T1).`,
    source,
    sources: { distinctEstimate: 1, top: [{ ip: source.ip, count: observed }] },
    target: only,
    sinceMs: slow.sinceMs,
    count,
    evidence: {
      observed,
      threshold: p.contacts,
      unit: 'ports',
      windowMs: p.windowMs,
      failedShare: Math.round(failedShare * 1000) / 1000,
      ports: [...slow.ports],
      targets: [...slow.targets.keys()],
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: SLOW_SCAN_MITRE,
    suggestion:
      source.kind === 'pod'
        ? `Look at what runs in ${name} (kubectl exec -n ${source.namespace ?? 'default'} ${source.pod ?? ''} -- ps aux), and limit its egress with a NetworkPolicy. A client with many dead peers: clean up its configuration.`
        : `Block ${source.ip} at the firewall if you do not know it, and limit who may reach the targets with a NetworkPolicy.`,
  };
}
