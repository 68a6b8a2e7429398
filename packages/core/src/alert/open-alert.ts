import { formatTime, parseTime } from '../rfc3339.ts';
import type { Alert, AlertEvent, Evidence, Finding, Severity } from './alert.ts';
import { compareSeverity, graver } from './severity.ts';

/** The facts about an alert that a finding does not carry. */
export interface AlertBirth {
  readonly id: string;
  readonly fingerprint: string;
  readonly cluster: string;
  readonly node: string;
  readonly runbookUrl?: string;
  readonly foldedInto?: string;
  readonly observed?: true;
}

const MAX_ALSO_ON = 16;

/** One open alert and what was last said about it. */
export class OpenAlert {
  #alert: Alert;
  /** When it was last found; resolving counts from here. */
  lastFoundMs: number;
  #toldCount: number;
  #toldObserved: number;
  #toldSeverity: Severity;

  private constructor(alert: Alert, lastFoundMs: number) {
    this.#alert = alert;
    this.lastFoundMs = lastFoundMs;
    this.#toldCount = alert.count;
    this.#toldObserved = alert.evidence.observed;
    this.#toldSeverity = alert.severity;
  }

  static open(finding: Finding, birth: AlertBirth, nowMs: number): OpenAlert {
    const { node, ...named } = birth;
    const alert: Alert = {
      schemaVersion: 1,
      ...named,
      rule: finding.rule,
      category: finding.category,
      severity: finding.severity,
      status: 'open',
      confidence: finding.confidence,
      title: finding.title,
      description: finding.description,
      source: finding.source,
      ...(finding.sources ? { sources: finding.sources } : undefined),
      target: finding.target,
      firstSeen: formatTime(Math.min(finding.sinceMs, nowMs)),
      lastSeen: formatTime(nowMs),
      count: finding.count,
      evidence: finding.evidence,
      mitre: finding.mitre,
      nodes: [node],
      suggestion: finding.suggestion,
    };
    return new OpenAlert(alert, nowMs);
  }

  /** An alert that was open when this process last stopped; its quiet time begins anew. */
  static restore(alert: Alert, nowMs: number): OpenAlert {
    return new OpenAlert(alert, nowMs);
  }

  get alert(): Alert {
    return this.#alert;
  }

  /** Takes in a finding of the same fingerprint, and says whether that is news: on a log scale, or a graver severity. */
  update(finding: Finding, nowMs: number, node: string): boolean {
    const before = this.#alert;
    this.lastFoundMs = nowMs;
    this.#alert = {
      ...before,
      severity: graver(before.severity, finding.severity),
      confidence: finding.confidence,
      title: finding.title,
      description: finding.description,
      // The name decided at opening stays: an alert does not change whom it speaks of.
      ...(finding.sources ? { sources: finding.sources } : undefined),
      lastSeen: formatTime(Math.max(nowMs, parseTime(before.lastSeen, nowMs))),
      count: before.count + finding.count,
      evidence: withMentions(before.evidence, finding.evidence),
      suggestion: finding.suggestion,
      nodes: before.nodes.includes(node) ? before.nodes : [...before.nodes, node],
    };
    if (!this.#isNews()) return false;
    this.#toldCount = this.#alert.count;
    this.#toldObserved = this.#alert.evidence.observed;
    this.#toldSeverity = this.#alert.severity;
    return true;
  }

  /** A second finding of the same cause at the same moment, on another of the target's addresses or ports. */
  mention(finding: Finding): void {
    const where = finding.target ? `${finding.target.ip}:${finding.target.port ?? 0}` : '';
    const own = this.#alert.target ? `${this.#alert.target.ip}:${this.#alert.target.port ?? 0}` : '';
    const known = Array.isArray(this.#alert.evidence.alsoOn) ? this.#alert.evidence.alsoOn : [];
    const isNew = where !== '' && where !== own && !known.includes(where) && known.length < MAX_ALSO_ON;
    this.#alert = {
      ...this.#alert,
      severity: graver(this.#alert.severity, finding.severity),
      count: this.#alert.count + finding.count,
      evidence: isNew ? { ...this.#alert.evidence, alsoOn: [...known, where] } : this.#alert.evidence,
    };
  }

  /** Another rule saw the same cause and leaves it to this one. */
  mentionRule(rule: string): void {
    const known = this.#alert.evidence.alsoSeenAs ?? [];
    if (known.includes(rule) || known.length >= MAX_ALSO_ON) return;
    this.#alert = { ...this.#alert, evidence: { ...this.#alert.evidence, alsoSeenAs: [...known, rule].sort() } };
  }

  /** `supersededBy` is the id of the alert that goes on with the cause. */
  resolve(nowMs: number, supersededBy?: string): AlertEvent {
    const resolvedAt = formatTime(nowMs);
    const into = supersededBy === undefined ? undefined : { supersededBy };
    this.#alert = { ...this.#alert, status: 'resolved', resolvedAt, ...into };
    return { type: 'resolve', alert: this.#alert };
  }

  #isNews(): boolean {
    const { count, evidence, severity } = this.#alert;
    if (compareSeverity(severity, this.#toldSeverity) > 0) return true;
    if (decade(count) > decade(this.#toldCount)) return true;
    return evidence.observed > 0 && evidence.observed >= 2 * this.#toldObserved;
  }
}

function decade(count: number): number {
  return count < 1 ? -1 : Math.floor(Math.log10(count) + 1e-9);
}

/** What was mentioned once stays mentioned. */
function withMentions(before: Evidence, now: Evidence): Evidence {
  const { alsoOn, alsoSeenAs } = before;
  if (alsoOn === undefined && alsoSeenAs === undefined) return now;
  const rules = [...new Set([...(alsoSeenAs ?? []), ...(now.alsoSeenAs ?? [])])].sort();
  return {
    ...now,
    ...(alsoOn === undefined ? undefined : { alsoOn }),
    ...(rules.length === 0 ? undefined : { alsoSeenAs: rules.slice(0, MAX_ALSO_ON) }),
  };
}
