import type { Finding, Mitre } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { PolicyViolationParameters } from './parameters.ts';
import type { Violation } from './violation.ts';

/** Lateral movement through remote services; what else it is, the target tells. */
export const POLICY_VIOLATION_MITRE: readonly Mitre[] = [{ tactic: 'lateral-movement', technique: 'T1021' }];

const TOP_PORTS = 10;

/** Undefined: too little to be told. Moves the reported count on. */
export function violationFinding(
  violation: Violation,
  isShared: boolean,
  p: PolicyViolationParameters,
): Finding | undefined {
  const { source, target, denial, established, attempts } = violation;
  const isEstablished = established >= p.connections;
  if (!isEstablished && attempts < p.attempts) return undefined;
  const world = violation.worldAddresses;
  const [from, to] = [nameOf(source, world), nameOf(target, world)];
  const count = violation.unreported;
  violation.unreported = 0;
  const isConfident = isEstablished ? 0.95 : 0.8;
  return {
    rule: 'policy-violation',
    category: 'unauthorized-access',
    severity: isEstablished && !isShared ? 'medium' : 'low',
    confidence: isShared ? 0.5 : isConfident,
    title: isEstablished
      ? `${from} talks to ${to}, which no policy allows`
      : `${from} tries to reach ${to}, which no policy allows`,
    description:
      `${isEstablished ? `${established} connections from ${from} to ${to} came about` : `${attempts} attempts of ${from} to reach ${to} failed`}` +
      ` that ${denial.policies.join(', ')} ${denial.policies.length === 1 ? 'forbids' : 'forbid'} for ${denial.direction}: ` +
      `${denial.rule === undefined ? 'no rule allows it' : `the nearest rule is ${denial.rule}`}, missing is ${denial.missing}.` +
      (isEstablished
        ? ' So the policy is not enforced here, or other rules allow it that NetGuard was not given.'
        : '') +
      (isShared ? ' Many hosts may share the source’s address, so who it was is not certain.' : ''),
    source,
    ...(source === null ? { sources: world } : undefined),
    target,
    sinceMs: violation.sinceMs,
    count,
    evidence: {
      observed: isEstablished ? established : attempts,
      threshold: isEstablished ? p.connections : p.attempts,
      unit: isEstablished ? 'connections' : 'attempts',
      windowMs: p.quietMs,
      established,
      attempts,
      direction: denial.direction,
      policies: denial.policies,
      ...(denial.rule === undefined ? undefined : { nearestRule: denial.rule }),
      missing: denial.missing,
      topPorts: violation.topPorts(TOP_PORTS),
      ...(target === null ? { targets: world } : undefined),
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: POLICY_VIOLATION_MITRE,
    suggestion: suggestion(source ?? target, isEstablished, denial.allowWith),
  };
}

function suggestion(ours: Endpoint | null, isEstablished: boolean, allowWith: string): string {
  const who = ours === null ? 'it' : endpointName(ours);
  const meant = `If it is meant, add the rule \`${allowWith}\`.`;
  const not = isEstablished
    ? `If not, look at ${who}, and whether the CNI enforces NetworkPolicy on this node (flannel does not).`
    : `If not, look at what runs in ${who}.`;
  return `${meant} ${not}`;
}

function nameOf(end: Endpoint | null, world: Violation['worldAddresses']): string {
  if (end !== null) return endpointName(end);
  const [first] = world.top;
  return world.distinctEstimate <= 1 && first ? first.ip : `about ${world.distinctEstimate} outside addresses`;
}
