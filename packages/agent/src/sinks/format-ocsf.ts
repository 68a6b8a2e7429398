import { type Alert, type Endpoint, endpointName, subjectOf, workloadKey } from '@netguard/core';
import { tacticId, tacticName } from './mitre.ts';
import type { Notification, NotificationKind } from './notification.ts';
import { SEVERITY_SCALES } from './severity-scales.ts';

/** The version of the schema that events are written to. */
export const OCSF_VERSION = '1.3.0';
const CLASS = 2004;

const ACTIVITIES: Readonly<Record<NotificationKind, readonly [id: 1 | 2 | 3, name: string]>> = {
  opened: [1, 'Create'],
  updated: [2, 'Update'],
  resolved: [3, 'Close'],
};
const SEVERITY_NAMES = { 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical' } as const;

/** An event of OCSF's class Detection Finding. Times are epoch milliseconds. */
export function ocsfFinding({ id, kind, time, alert }: Notification, version: string): Record<string, unknown> {
  const [activity, activityName] = ACTIVITIES[kind];
  const severity = SEVERITY_SCALES[alert.severity].ocsf;
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS,
    class_name: 'Detection Finding',
    activity_id: activity,
    activity_name: activityName,
    type_uid: CLASS * 100 + activity,
    type_name: `Detection Finding: ${activityName}`,
    time: Date.parse(time),
    start_time: Date.parse(alert.firstSeen),
    end_time: Date.parse(alert.lastSeen),
    count: Math.max(1, Math.round(alert.count)),
    severity_id: severity,
    severity: SEVERITY_NAMES[severity],
    ...statusOf(kind, alert),
    ...confidenceOf(alert.confidence),
    message: alert.title,
    metadata: {
      version: OCSF_VERSION,
      uid: id,
      log_name: 'alerts',
      correlation_uid: alert.fingerprint,
      product: { name: 'NetGuard', vendor_name: 'NetGuard', version },
    },
    finding_info: findingInfo(alert, time),
    evidences: [evidenceOf(alert)],
    ...resourcesOf(alert),
    observables: observablesOf(alert),
    remediation: { desc: alert.suggestion },
    unmapped: { netguard: alert },
  };
}

function findingInfo(alert: Alert, time: string): Record<string, unknown> {
  return {
    uid: alert.id,
    title: alert.title,
    desc: alert.description,
    types: [alert.category],
    created_time: Date.parse(alert.firstSeen),
    modified_time: Date.parse(time),
    first_seen_time: Date.parse(alert.firstSeen),
    last_seen_time: Date.parse(alert.lastSeen),
    analytic: { uid: alert.rule, name: alert.rule, type_id: 2, type: 'Behavioral', category: alert.category },
    attacks: alert.mitre.map(({ tactic, technique }) => {
      const uid = tacticId(tactic);
      return {
        tactic: { name: tacticName(tactic), ...(uid === undefined ? {} : { uid }) },
        technique: { uid: technique },
      };
    }),
    ...(alert.runbookUrl === undefined ? {} : { src_url: alert.runbookUrl }),
  };
}

/** 1 new, 2 in progress (somebody looks after it), 3 suppressed (a false positive, or benign), 4 resolved. */
function statusOf(kind: NotificationKind, { acknowledgedBy, disposition }: Alert) {
  if (kind === 'resolved' && (disposition === 'benign' || disposition === 'false-positive'))
    return { status_id: 3, status: 'Suppressed' };
  if (kind === 'resolved') return { status_id: 4, status: 'Resolved' };
  return acknowledgedBy === undefined ? { status_id: 1, status: 'New' } : { status_id: 2, status: 'In Progress' };
}

function confidenceOf(confidence: number) {
  const score = Math.round(confidence * 100);
  if (score >= 80) return { confidence_id: 3, confidence: 'High', confidence_score: score };
  if (score >= 50) return { confidence_id: 2, confidence: 'Medium', confidence_score: score };
  return { confidence_id: 1, confidence: 'Low', confidence_score: score };
}

function evidenceOf({ source, target, evidence, sources }: Alert): Record<string, unknown> {
  return {
    ...(source === null ? {} : { src_endpoint: networkEndpoint(source) }),
    ...(target === null ? {} : { dst_endpoint: networkEndpoint(target) }),
    data: { ...evidence, ...(sources === undefined ? {} : { sources }) },
  };
}

function networkEndpoint(end: Endpoint): Record<string, unknown> {
  return {
    name: endpointName(end),
    uid: workloadKey(end),
    type_id: 99,
    type: end.kind,
    ...(end.ip === '' ? {} : { ip: end.ip }),
    ...(end.domain === undefined ? {} : { domain: end.domain }),
    ...(end.port === undefined ? {} : { port: end.port }),
    ...(end.service === undefined ? {} : { svc_name: end.service }),
  };
}

function resourcesOf(alert: Alert): Record<string, unknown> {
  const subject = subjectOf(alert);
  if (subject === null) return {};
  const { namespace } = subject;
  return {
    resources: [
      {
        name: endpointName(subject),
        uid: workloadKey(subject),
        type: subject.kind,
        ...(namespace === undefined ? {} : { namespace }),
      },
    ],
  };
}

/** Addresses (type 2), each once. */
function observablesOf({ source, target, sources }: Alert): Record<string, unknown>[] {
  const found: (readonly [string, string])[] = [
    ['evidences[0].src_endpoint.ip', source?.ip ?? ''],
    ['evidences[0].dst_endpoint.ip', target?.ip ?? ''],
    ...(sources?.top ?? []).map(({ ip }) => ['evidences[0].data.sources', ip] as const),
  ];
  const named = new Map(found.filter(([, ip]) => ip !== '').map(([name, ip]) => [ip, name]));
  return Array.from(named, ([value, name]) => ({ name, type_id: 2, type: 'IP Address', value }));
}
