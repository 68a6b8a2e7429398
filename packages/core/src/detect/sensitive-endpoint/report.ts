import type { Finding, Mitre } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { SensitiveContact } from './contact.ts';
import type { SensitiveEndpointParameters } from './parameters.ts';
import { SENSITIVE } from './sensitive-kind.ts';

/** What all of them have in common; the kind of endpoint has its own technique in the evidence. */
export const SENSITIVE_ENDPOINT_MITRE: readonly Mitre[] = [
  { tactic: 'credential-access', technique: 'T1552' },
  { tactic: 'discovery', technique: 'T1613' },
];

/** `otherRule`: what else was found about the workload. Moves the reported count on. */
export function sensitiveFinding(
  contact: SensitiveContact,
  otherRule: string | undefined,
  p: SensitiveEndpointParameters,
): Finding {
  const { name, gives, mitre, advice } = SENSITIVE[contact.kind];
  const source = endpointName(contact.source);
  const count = contact.unreported;
  contact.unreported = 0;
  const { isAnswered } = contact;
  return {
    rule: 'sensitive-endpoint',
    category: 'unauthorized-access',
    severity: otherRule === undefined ? 'low' : 'medium',
    confidence: otherRule === undefined ? 0.5 : 0.8,
    title: `${source} ${isAnswered ? 'talks' : 'tries to talk'} to ${name} for the first time`,
    description:
      `${source} never talked to ${name} in its learning time and ${isAnswered ? 'does' : 'tries to'} now ` +
      `(${endpointName(contact.target)}:${contact.target.port ?? 0}${contact.comm === '' ? '' : `, by ${contact.comm}`}). ${gives}` +
      (otherRule === undefined ? '' : ` There is a finding of ${otherRule} about it, too.`),
    source: contact.source,
    target: contact.target,
    sinceMs: contact.sinceMs,
    count,
    evidence: {
      observed: contact.contacts,
      threshold: p.contacts,
      unit: 'contacts',
      windowMs: p.quietMs,
      endpoint: contact.kind,
      technique: mitre,
      established: isAnswered,
      ...(contact.comm === '' ? undefined : { comm: contact.comm }),
      ...(otherRule === undefined ? undefined : { otherRule }),
    },
    mitre: SENSITIVE_ENDPOINT_MITRE,
    suggestion: `Look at what changed in ${source}: a new version that needs it, or somebody inside. ${advice}`,
  };
}
