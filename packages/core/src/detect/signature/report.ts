import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { SignatureMatch } from '../../rules/signature-match.ts';
import type { MatchedPair } from './matched-pair.ts';
import type { SignatureParameters } from './parameters.ts';

/** What most rules are about; what a rule itself says is `evidence.technique`. */
export const SIGNATURE_MITRE: readonly Mitre[] = [{ tactic: 'command-and-control', technique: 'T1071' }];

/** `confidence` of the Emerging Threats metadata; a rule without it is taken for one of medium. */
const CONFIDENCE: Readonly<Record<string, number>> = { High: 0.95, Medium: 0.8, Low: 0.6 };

export function signatureFinding(pair: MatchedPair, { matches, windowMs }: SignatureParameters): Finding {
  const [first, ...rest] = pair.rules;
  if (first === undefined) throw new Error('a pair without a match');
  const { match } = first;
  const [source, target] = [endpointName(pair.source), endpointName(pair.target)];
  const count = pair.unreported;
  pair.unreported = 0;
  return {
    rule: 'signature',
    category: 'malware',
    severity: severityOf(match),
    confidence: CONFIDENCE[match.metadata.confidence?.[0] ?? ''] ?? 0.8,
    title: `${match.msg === '' ? `Rule ${match.sid}` : match.msg}: ${source} to ${target}`,
    description:
      `What ${source} sent to ${target} matched rule ${match.gid}:${match.sid}` +
      `${match.classType === '' ? '' : ` (${match.classType})`}${rest.length === 0 ? '' : ` and ${rest.length} more`}.`,
    source: pair.source,
    target: pair.target,
    sinceMs: pair.sinceMs,
    count,
    evidence: {
      observed: pair.matches,
      threshold: matches,
      unit: 'matches',
      windowMs,
      signature: { gid: match.gid, sid: match.sid, rev: match.rev, msg: match.msg },
      ruleText: match.text,
      ruleFile: `${match.file}:${match.line}`,
      ...(match.references.length === 0 ? undefined : { references: match.references }),
      ...(first.fields && { fields: first.fields }),
      ...techniqueOf(match),
      ...(rest.length === 0
        ? undefined
        : {
            signatures: pair.rules.map(({ match: { gid, sid, rev, msg }, count: of }) => ({
              gid,
              sid,
              rev,
              msg,
              count: of,
            })),
          }),
      ...(pair.others === 0 ? undefined : { otherMatches: pair.others }),
    },
    mitre: SIGNATURE_MITRE,
    suggestion:
      `Look at what ${ours(pair)} runs and at the rule's references. If it is malware, cut the workload off with a NetworkPolicy ` +
      `and keep the pod for examination; if it is not, disable rule ${match.sid} (rules.disable).`,
  };
}

/** Whose programs somebody here can look at: the sender's, unless it is a stranger. */
function ours({ source, target }: MatchedPair): string {
  return endpointName(source.kind === 'world' ? target : source);
}

/** Suricata's priorities as severities of ours; what the rule's authors call critical is. */
function severityOf({ priority, metadata }: SignatureMatch): Severity {
  if (priority === 1) return metadata.signature_severity?.includes('Critical') ? 'critical' : 'high';
  return priority === 2 ? 'medium' : 'low';
}

function techniqueOf({ metadata }: SignatureMatch): { readonly technique: string } | undefined {
  const technique = metadata.mitre_technique_id?.[0];
  return technique === undefined ? undefined : { technique };
}
