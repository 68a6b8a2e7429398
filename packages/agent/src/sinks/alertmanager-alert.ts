import { type Alert, type Endpoint, type Severity, workloadKey } from '@netguard/core';
import { labelText } from '../metrics/label-text.ts';
import { endText } from './alert-words.ts';
import { oneLine } from './plain-text.ts';
import { SEVERITY_SCALES } from './severity-scales.ts';

/** An alert as POST /api/v2/alerts takes it. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Alertmanager forgets an alert at its end; four re-sendings may fail before that. */
const AHEAD_MS = 240_000;
const MOST_CHARACTERS = 1000;

/** An alert that is open. It ends by itself a few minutes from now unless it is sent again. */
export function firing(alert: Alert, nowMs: number): PostableAlert {
  return postable(alert, alert.severity, nowMs + AHEAD_MS);
}

/** An alert that is over: for Alertmanager the one with the labels of `severity`. */
export function ended(alert: Alert, severity: Severity, nowMs: number): PostableAlert {
  return postable(alert, severity, Math.max(nowMs, Date.parse(alert.firstSeen)));
}

/** Whether the two severities make one alert to Alertmanager. */
export function isSameAlert(a: Severity, b: Severity): boolean {
  return SEVERITY_SCALES[a].alertmanager === SEVERITY_SCALES[b].alertmanager;
}

function postable(alert: Alert, severity: Severity, endsMs: number): PostableAlert {
  return {
    labels: labelsOf(alert, severity),
    annotations: annotationsOf(alert),
    startsAt: alert.firstSeen,
    endsAt: new Date(endsMs).toISOString(),
  };
}

/** Labels say which alert it is: what changes while it is open has no place among them, nor what differs between nodes. */
function labelsOf(alert: Alert, severity: Severity): Record<string, string> {
  const labels = withoutEmpty({
    alertname: alert.rule,
    severity: SEVERITY_SCALES[severity].alertmanager,
    category: alert.category,
    cluster: alert.cluster,
    fingerprint: alert.fingerprint,
    namespace: alert.target?.namespace ?? alert.source?.namespace,
    ...endLabels('source', alert.source),
    ...endLabels('target', alert.target),
  });
  return Object.fromEntries(Object.entries(labels).map(([name, text]) => [name, labelText(text)]));
}

/** An end's address only where it is all the name that it has: a workload's pods have many. */
function endLabels(side: 'source' | 'target', end: Endpoint | null): Record<string, string | undefined> {
  if (end === null) return {};
  return {
    [`${side}_kind`]: end.kind,
    [`${side}_namespace`]: end.namespace,
    [`${side}_workload`]: end.workload?.name ?? end.service ?? end.container,
    [`${side}_domain`]: end.domain,
    [`${side}_ip`]: workloadKey(end) === end.ip ? end.ip : undefined,
  };
}

function annotationsOf(alert: Alert): Record<string, string> {
  const { evidence, sources } = alert;
  return withoutEmpty({
    summary: oneLine(alert.title, MOST_CHARACTERS),
    description: oneLine(alert.description, MOST_CHARACTERS),
    suggestion: oneLine(alert.suggestion, MOST_CHARACTERS),
    observed: `${evidence.observed} ${oneLine(evidence.unit, 100)}`,
    threshold: `${evidence.threshold} ${oneLine(evidence.unit, 100)}`,
    window: `${evidence.windowMs / 1000} s`,
    count: String(alert.count),
    confidence: String(alert.confidence),
    netguard_severity: alert.severity,
    id: alert.id,
    first_seen: alert.firstSeen,
    last_seen: alert.lastSeen,
    nodes: oneLine(alert.nodes.join(', '), MOST_CHARACTERS),
    source: alert.source === null ? undefined : endText(alert.source),
    target: alert.target === null ? undefined : endText(alert.target),
    sources: sources === undefined ? undefined : `about ${sources.distinctEstimate}`,
    mitre: alert.mitre.map(({ tactic, technique }) => `${technique} (${tactic})`).join(', '),
    acknowledged_by: alert.acknowledgedBy === undefined ? undefined : oneLine(alert.acknowledgedBy, 100),
    runbook_url: alert.runbookUrl,
  });
}

/** Alertmanager takes an empty label for none. */
function withoutEmpty(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const known = Object.entries(texts).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return Object.fromEntries(known);
}
