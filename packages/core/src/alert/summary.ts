import type { Category, Evidence, Finding, Mitre, Severity } from './alert.ts';
import { graver } from './severity.ts';

/** The evidence field that tells a summary from an alert of its own. */
export const SUMMARY_MARK = 'summary';

interface Summarised {
  readonly rule: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly confidence: number;
  readonly mitre: readonly Mitre[];
  readonly suggestion: string;
  readonly evidence: Evidence;
}

/** The one alert that speaks for all of a rule's alerts beyond the first `foldAfter`. They stay listed and counted. */
export function summaryFinding(
  like: Summarised,
  members: readonly Summarised[],
  total: number,
  added: number,
  foldAfter: number,
): Finding {
  let severity: Severity = 'low';
  let confidence = 0;
  for (const member of members) {
    severity = graver(severity, member.severity);
    confidence = Math.max(confidence, member.confidence);
  }
  const alerts = total === 1 ? 'alert' : 'alerts';
  return {
    rule: like.rule,
    category: like.category,
    severity: members.length > 0 ? severity : like.severity,
    confidence: members.length > 0 ? confidence : like.confidence,
    title: `${total} more ${like.rule} ${alerts} open`,
    description:
      `More than ${foldAfter} ${like.rule} alerts are open at once. The ${total} beyond them are listed with ` +
      'foldedInto set to the id of this one and are not notified one by one.',
    source: null,
    target: null,
    sinceMs: Number.POSITIVE_INFINITY,
    count: added,
    evidence: {
      observed: total,
      threshold: foldAfter,
      unit: 'alerts',
      windowMs: 0,
      [SUMMARY_MARK]: true,
    },
    mitre: like.mitre,
    suggestion:
      'Look for what these alerts share (one source, one deployment, one node) with `netguard alerts list`, and deal with that.',
  };
}
