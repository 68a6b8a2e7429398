import type { Ends, Finding, Mitre, Severity } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import { generationsOf, hostsOf, type Outbreak, workloadsOf } from './outbreak.ts';
import type { WormParameters } from './parameters.ts';
import { treeOf } from './tree.ts';

/** A service that is exploited, or logged in to, from the host before it. */
export const WORM_MITRE: readonly Mitre[] = [
  { tactic: 'lateral-movement', technique: 'T1210' },
  { tactic: 'lateral-movement', technique: 'T1021' },
];

const MOST_NAMED = 8;
/** Others for whom the finding speaks: infected pods, and hosts that did not answer them. */
const MOST_OWNED = 256;

/**
 * The finding of an outbreak. `others` are those of the same patient zero on other ports: one cause, so one finding. Moves
 * their reported counts on.
 */
export function wormFinding(outbreak: Outbreak, others: readonly Outbreak[], p: WormParameters): Finding {
  const all = [outbreak, ...others];
  const count = all.reduce((sum, each) => sum + each.takeUnreported(), 0);
  if (count === 0 && outbreak.said !== undefined) return outbreak.said;
  const { infections, port, zero, sinceMs } = outbreak;
  const tree = treeOf(outbreak);
  const name = endpointName(zero.endpoint);
  const workloads = workloadsOf(infections);
  const [root] = tree.nodes;
  const finding: Finding = {
    rule: 'worm-propagation',
    category: 'malware',
    severity: severity(outbreak, p),
    confidence: confidence(outbreak),
    title: `Worm on port ${port}: ${infections.length} pods infected, beginning with ${name}`,
    description:
      `${name} contacted hosts on port ${port} that it never talked to, and what it reached does the same: ${infections.length} pods of ` +
      `${workloads} workloads in ${tree.generations} generations, each of which was contacted on port ${port} first and then contacted ` +
      `hosts on it that its workload does not talk to or that do not exist, ${hostsOf(infections)} in all.` +
      (tree.reached > 0 ? ` ${tree.reached} more were reached and do not spread, or not yet.` : ''),
    source: zero.endpoint,
    target: null,
    alsoOwns: owned(all),
    sinceMs,
    count,
    evidence: {
      observed: infections.length,
      threshold: p.infected,
      unit: 'infected pods',
      windowMs: p.windowMs,
      parameter: 'infected',
      port,
      patientZero: { name, ip: zero.endpoint.ip, at: root?.at },
      infected: infections.length,
      workloads,
      generations: tree.generations,
      reached: tree.reached,
      tree: tree.nodes,
      ...(tree.omitted > 0 ? { treeOmitted: tree.omitted } : undefined),
      ...(others.length > 0
        ? { otherPorts: others.map((other) => ({ port: other.port, infected: other.infections.length })) }
        : undefined),
    },
    mitre: WORM_MITRE,
    suggestion: suggestion(outbreak),
  };
  outbreak.said = { ...finding, count: 0 };
  return finding;
}

function severity({ infections }: Outbreak, p: WormParameters): Severity {
  const isHigh = generationsOf(infections) >= p.generations || infections.length >= p.highInfected;
  return isHigh ? 'high' : 'medium';
}

/** Each further one makes chance less likely; a rule that matched is proof of another kind. */
function confidence({ infections }: Outbreak): number {
  const isSigned = infections.some(({ spread }) => spread.suspicious.some(({ novelty }) => novelty === 'signed'));
  return Math.round(Math.min(0.98, 0.6 + 0.05 * infections.length + (isSigned ? 0.15 : 0)) * 100) / 100;
}

function owned(outbreaks: readonly Outbreak[]): Ends[] {
  const sources = new Set<Endpoint>();
  const targets = new Map<string, Endpoint>();
  for (const { infections, port } of outbreaks) {
    for (const { member, spread } of infections) {
      if (sources.size < MOST_OWNED) sources.add(member.endpoint);
      for (const { to, novelty } of spread.suspicious) {
        if (novelty === 'dark' && targets.size < MOST_OWNED) targets.set(to.key, { ...to.endpoint, port });
      }
    }
  }
  return [
    ...[...sources].map((source) => ({ source, target: null })),
    ...[...targets.values()].map((target) => ({ source: null, target })),
  ];
}

function suggestion({ infections, zero, port }: Outbreak): string {
  const pods = infections.map(({ member }) => member.endpoint);
  const named = pods.slice(0, MOST_NAMED).map(endpointName);
  const rest = pods.length - named.length;
  const names = `${named.join(', ')}${rest > 0 ? ` and ${rest} more (evidence.tree)` : ''}`;
  if (zero.endpoint.kind !== 'pod') {
    return `Take ${names} off the network, and find what listens on port ${port} of them; what came to ${endpointName(zero.endpoint)} first is where it began.`;
  }
  const labels = pods
    .filter(({ pod }) => pod !== undefined)
    .slice(0, MOST_NAMED)
    .map(({ namespace = 'default', pod }) => `kubectl label pod -n ${namespace} ${pod} quarantine=true`);
  return (
    `Isolate ${names}: ${labels.join('; ')}; and in each of these namespaces apply a NetworkPolicy with podSelector quarantine=true, ` +
    `policyTypes Ingress and Egress, and no rules. Deny port ${port} between workloads that have no need of it. Do not delete ` +
    `${endpointName(zero.endpoint)} before you have looked at it: who reached it, and by which hole, is where it began.`
  );
}
