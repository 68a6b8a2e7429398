import type { Endpoint } from '../endpoint.ts';
import type { Alert } from './alert.ts';

type ReadAlert = (alert: Alert) => readonly (string | undefined)[];
type ReadEnd = (end: Endpoint) => string | undefined;

const OF_ALERT: Readonly<Record<string, ReadAlert>> = {
  rule: ({ rule }) => [rule],
  alertname: ({ rule }) => [rule],
  severity: ({ severity }) => [severity],
  category: ({ category }) => [category],
  cluster: ({ cluster }) => [cluster],
  node: ({ nodes }) => nodes,
  fingerprint: ({ fingerprint }) => [fingerprint],
};

/** No label of a pod's own and no process name: an intruder who can choose them must not choose what is silent. */
const OF_END: Readonly<Record<string, ReadEnd>> = {
  namespace: ({ namespace }) => namespace,
  workload: ({ workload }) => workload?.name,
  workload_kind: ({ workload }) => workload?.kind,
  pod: ({ pod }) => pod,
  container: ({ container }) => container,
  service: ({ service }) => service,
  ip: ({ ip }) => ip,
  port: ({ port }) => (port === undefined ? undefined : String(port)),
  kind: ({ kind }) => kind,
  domain: ({ domain }) => domain,
  subnet: ({ subnetLabel }) => subnetLabel,
};

/** What a matcher may name. Without a prefix, the names of an end mean the subject's (`subjectOf`). */
export const ALERT_LABELS: readonly string[] = [
  ...Object.keys(OF_ALERT),
  ...Object.keys(OF_END),
  ...['source', 'target'].flatMap((end) => Object.keys(OF_END).map((name) => `${end}_${name}`)),
];

/** Whom an alert is about, as its metrics count it: the target, unless that is a stranger and the source is one of ours. */
export function subjectOf({ source, target }: Pick<Alert, 'source' | 'target'>): Endpoint | null {
  if (target !== null && isOurs(target)) return target;
  return source !== null && isOurs(source) ? source : (target ?? source);
}

/** The values of a label: as in Alertmanager, one that an alert does not have is empty. Only `node` may have several. */
export function labelValues(alert: Alert, name: string): readonly string[] {
  const ofAlert = Object.hasOwn(OF_ALERT, name) ? OF_ALERT[name] : undefined;
  if (ofAlert !== undefined) {
    const values = ofAlert(alert);
    return values.length === 0 ? [''] : values.map((value) => value ?? '');
  }
  const [, side, field = ''] = /^(?:(source|target)_)?(.+)$/.exec(name) ?? [];
  const end = side === 'source' ? alert.source : side === 'target' ? alert.target : subjectOf(alert);
  const read = Object.hasOwn(OF_END, field) ? OF_END[field] : undefined;
  return [end === null || read === undefined ? '' : (read(end) ?? '')];
}

function isOurs({ kind }: Endpoint): boolean {
  return kind !== 'world' && kind !== 'private' && kind !== 'link-local';
}
