/** An alert as Events of the pods that it is about (events.k8s.io/v1), as `kubectl describe pod` shows them. */
import { hash } from 'node:crypto';
import { type Alert, compareSeverity, type Endpoint } from '@netguard/core';
import { alertWords } from './alert-words.ts';
import { camelCase } from './camel-case.ts';
import type { Notification } from './notification.ts';

/** The API server takes no more, in bytes of UTF-8. */
const MOST_NOTE_BYTES = 1024;
const MOST_INSTANCE = 128;
/* Of a pod's name, so that there is room for what makes the Event's own. */
const MOST_POD_NAME = 200;

/** A pod of the alert that gets an Event, and who is at the other end. */
export interface EventSubject {
  readonly namespace: string;
  readonly pod: string;
  readonly other: Endpoint | null;
}

export interface ObjectReference {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod' | 'Service' | 'Node';
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

type News = 'AlertOpened' | 'SeverityRaised' | 'AlertResolved';

/** What of a notification becomes an Event: an alert that opened, got graver or ended. Undefined: nothing, it only goes on. */
export function eventNews({ kind, severityBefore, alert }: Notification): News | undefined {
  if (kind === 'opened') return 'AlertOpened';
  if (kind === 'resolved') return 'AlertResolved';
  const isGraver = severityBefore !== undefined && compareSeverity(alert.severity, severityBefore) > 0;
  return isGraver ? 'SeverityRaised' : undefined;
}

/** The pods of an alert, the target first; one that is both is one. */
export function eventSubjects({ source, target }: Alert): EventSubject[] {
  const subjects: EventSubject[] = [];
  for (const [end, other] of [
    [target, source],
    [source, target],
  ] as const) {
    const { kind, namespace, pod } = end ?? {};
    if (kind !== 'pod' || namespace === undefined || pod === undefined) continue;
    if (!subjects.some((known) => known.namespace === namespace && known.pod === pod)) {
      subjects.push({ namespace, pod, other });
    }
  }
  return subjects;
}

/** The other end, where it is an object of the cluster. A pod without UID is left out: another may have its name by now. */
export function relatedObject(end: Endpoint | null, podUid: string | undefined): ObjectReference | undefined {
  if (end === null) return undefined;
  const { kind, namespace, pod, service, workload } = end;
  const isNamed = namespace !== undefined;
  if (kind === 'pod' && isNamed && pod !== undefined && podUid !== undefined) {
    return { apiVersion: 'v1', kind: 'Pod', namespace, name: pod, uid: podUid };
  }
  if (kind === 'service' && isNamed && service !== undefined) {
    return { apiVersion: 'v1', kind: 'Service', namespace, name: service };
  }
  return kind === 'node' && workload?.kind === 'Node'
    ? { apiVersion: 'v1', kind: 'Node', name: workload.name }
    : undefined;
}

/** The object to create. The same news of the same alert about the same pod has the same name, so that it exists once. */
export function kubernetesEvent(
  notification: Notification,
  news: News,
  regarding: ObjectReference,
  related: ObjectReference | undefined,
  node: string,
) {
  const { alert, time } = notification;
  const { namespace, name } = regarding;
  const own = hash('sha256', [alert.id, news, alert.severity, namespace, name].join(' ')).slice(0, 16);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace, name: `${name.slice(0, MOST_POD_NAME).replace(/[-.]+$/, '')}.${own}` },
    /* MicroTime: six digits. */
    eventTime: new Date(time).toISOString().replace('Z', '000Z'),
    reportingController: 'netguard',
    reportingInstance: `netguard-${node}`.slice(0, MOST_INSTANCE),
    type: news === 'AlertResolved' ? 'Normal' : 'Warning',
    reason: camelCase(alert.rule),
    action: news,
    regarding,
    ...(related === undefined ? undefined : { related }),
    note: noteOf(notification, news),
  };
}

function noteOf({ kind, severityBefore, alert }: Notification, news: News): string {
  if (news !== 'SeverityRaised') return cutBytes(alertWords(kind, alert));
  return cutBytes(`Severity rose from ${severityBefore} to ${alert.severity}: ${alertWords('opened', alert)}`);
}

function cutBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_NOTE_BYTES) return text;
  /* A character that was cut in two is decoded as U+FFFD. */
  return `${bytes
    .subarray(0, MOST_NOTE_BYTES - 3)
    .toString()
    .replace(/\ufffd+$/, '')}…`;
}
