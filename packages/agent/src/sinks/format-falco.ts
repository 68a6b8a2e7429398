import type { Alert, Endpoint } from '@netguard/core';
import { alertWords } from './alert-words.ts';
import type { Origin } from './formats.ts';
import { tacticSlug } from './mitre.ts';
import type { Notification } from './notification.ts';
import { oneLine } from './plain-text.ts';
import { RESOLVED_SCALE, SEVERITY_SCALES } from './severity-scales.ts';

/** Falcosidekick's outputs put fields into labels, chat messages and mails. */
const MOST_CHARACTERS = 500;

/** An event as Falco's HTTP output sends it. */
export function falcoEvent({ id, kind, time, alert }: Notification, { node }: Origin): Record<string, unknown> {
  return {
    uuid: id,
    output: alertWords(kind, alert),
    priority: kind === 'resolved' ? RESOLVED_SCALE.falco : SEVERITY_SCALES[alert.severity].falco,
    rule: alert.rule,
    time,
    source: 'netguard',
    hostname: node,
    tags: tagsOf(alert),
    output_fields: { ...netguardFields(kind, alert), ...falcoFields(alert) },
  };
}

function tagsOf({ category, mitre }: Alert): string[] {
  const attack = mitre.flatMap(({ tactic, technique }) => [
    `mitre_${tacticSlug(tactic).replaceAll('-', '_')}`,
    technique,
  ]);
  return [...new Set(['netguard', 'network', category, ...attack])];
}

/** Always there: falcosidekick wants at least one field. */
function netguardFields(kind: Notification['kind'], alert: Alert): Record<string, string | number> {
  const { evidence } = alert;
  return texts({
    'netguard.id': alert.id,
    'netguard.kind': kind,
    'netguard.status': alert.status,
    'netguard.severity': alert.severity,
    'netguard.category': alert.category,
    'netguard.cluster': alert.cluster,
    'netguard.fingerprint': alert.fingerprint,
    'netguard.title': alert.title,
    'netguard.description': alert.description,
    'netguard.suggestion': alert.suggestion,
    'netguard.observed': evidence.observed,
    'netguard.threshold': evidence.threshold,
    'netguard.unit': evidence.unit,
    'netguard.count': alert.count,
    'netguard.confidence': alert.confidence,
    'netguard.first_seen': alert.firstSeen,
    'netguard.last_seen': alert.lastSeen,
    'netguard.source.workload': alert.source?.workload?.name,
    'netguard.source.namespace': alert.source?.namespace,
    'netguard.target.workload': alert.target?.workload?.name,
    'netguard.target.namespace': alert.target?.namespace,
  });
}

/** Falco's own names. The pod and container are those of the subject: the target, else the source. */
function falcoFields({ source, target }: Alert): Record<string, string | number> {
  const subject: Endpoint | null = target?.pod !== undefined || source === null ? target : source;
  return texts({
    'fd.cip': source?.ip,
    'fd.cport': source?.port,
    'fd.sip': target?.ip,
    'fd.sport': target?.port,
    'k8s.ns.name': subject?.namespace,
    'k8s.pod.name': subject?.pod,
    'container.name': subject?.container,
    'proc.name': subject?.process?.comm,
    'proc.pid': subject?.process?.pid,
  });
}

function texts(fields: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(
    known.map(([name, value]) => [
      name,
      typeof value === 'string' ? oneLine(value, MOST_CHARACTERS) : (value as number),
    ]),
  );
}
