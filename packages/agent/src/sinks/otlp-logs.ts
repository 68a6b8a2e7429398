import type { Alert, Endpoint } from '@netguard/core';
import { alertWords } from './alert-words.ts';
import type { Origin } from './formats.ts';
import type { Notification } from './notification.ts';
import { RESOLVED_SCALE, SEVERITY_SCALES } from './severity-scales.ts';

type AnyValue =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } };

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** The body of POST /v1/logs: ExportLogsServiceRequest as JSON (64-bit numbers are text there). */
export function otlpLogs(batch: readonly Notification[], { node, version }: Origin, nowMs: number): object {
  const cluster = batch[0]?.alert.cluster;
  return {
    resourceLogs: [
      {
        resource: {
          attributes: attributes({
            'service.name': 'netguard',
            'service.version': version,
            'service.instance.id': node,
            'host.name': node,
            'k8s.cluster.name': cluster,
            'k8s.node.name': node,
          }),
        },
        scopeLogs: [
          { scope: { name: 'netguard.alerts', version }, logRecords: batch.map((one) => logRecord(one, nowMs)) },
        ],
      },
    ],
  };
}

function logRecord({ id, kind, time, alert }: Notification, nowMs: number): object {
  return {
    timeUnixNano: nanoseconds(Date.parse(time)),
    observedTimeUnixNano: nanoseconds(nowMs),
    severityNumber: kind === 'resolved' ? RESOLVED_SCALE.otlp : SEVERITY_SCALES[alert.severity].otlp,
    severityText: alert.severity,
    eventName: 'netguard.alert',
    body: { stringValue: alertWords(kind, alert) },
    attributes: attributes({
      'log.record.uid': id,
      'security_rule.name': alert.rule,
      'security_rule.category': alert.category,
      'netguard.alert.kind': kind,
      ...alertFields(alert),
      ...endFields('source', alert.source),
      ...endFields('destination', alert.target),
    }),
  };
}

function alertFields(alert: Alert): Fields {
  const { evidence } = alert;
  return {
    'netguard.alert.id': alert.id,
    'netguard.alert.fingerprint': alert.fingerprint,
    'netguard.alert.severity': alert.severity,
    'netguard.alert.status': alert.status,
    'netguard.alert.title': alert.title,
    'netguard.alert.description': alert.description,
    'netguard.alert.suggestion': alert.suggestion,
    'netguard.alert.confidence': { doubleValue: alert.confidence },
    'netguard.alert.count': alert.count,
    'netguard.alert.first_seen': alert.firstSeen,
    'netguard.alert.last_seen': alert.lastSeen,
    'netguard.alert.observed': { doubleValue: evidence.observed },
    'netguard.alert.threshold': { doubleValue: evidence.threshold },
    'netguard.alert.unit': evidence.unit,
    'netguard.alert.techniques': alert.mitre.map(({ technique }) => technique),
    'netguard.alert.nodes': alert.nodes,
  };
}

function endFields(side: 'source' | 'destination', end: Endpoint | null): Fields {
  if (end === null) return {};
  return {
    [`${side}.address`]: end.ip,
    [`${side}.domain`]: end.domain,
    [`${side}.port`]: end.port,
    [`netguard.${side}.kind`]: end.kind,
    [`netguard.${side}.namespace`]: end.namespace,
    [`netguard.${side}.workload`]: end.workload?.name,
    [`netguard.${side}.pod`]: end.pod,
    [`netguard.${side}.process`]: end.process?.comm,
  };
}

type Fields = Readonly<Record<string, string | number | readonly string[] | AnyValue | undefined>>;

function attributes(fields: Fields): KeyValue[] {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return known.map(([key, value]) => ({ key, value: anyValue(value as NonNullable<typeof value>) }));
}

function anyValue(value: string | number | readonly string[] | AnyValue): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((stringValue: string) => ({ stringValue })) } };
  return value as AnyValue;
}

function nanoseconds(ms: number): string {
  return `${ms}000000`;
}
