import type { Alert, Endpoint } from '@netguard/core';
import { communityId } from './community-id.ts';
import { eveSid } from './eve-sids.ts';
import { tacticId, tacticSlug } from './mitre.ts';
import type { Notification } from './notification.ts';
import { SEVERITY_SCALES } from './severity-scales.ts';

/** A signature of Suricata rules that the alert was raised by. */
interface Signature {
  readonly gid?: number;
  readonly sid?: number;
  readonly rev?: number;
  readonly msg?: string;
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  'syn-flood': 'TCP',
  'connection-flood': 'TCP',
  'brute-force': 'TCP',
  'listener-overload': 'TCP',
  'udp-flood': 'UDP',
  amplification: 'UDP',
  'icmp-flood': 'ICMP',
};

/** Suricata's EVE alert event. What is not known is left out, never made up. */
export function eveEvent({ id, kind, time, alert }: Notification, node: string): Record<string, unknown> {
  const { source, target } = alert;
  const protocol = protocolOf(alert);
  const signature = (alert.evidence.signature ?? {}) as Signature;
  return {
    timestamp: eveTime(time),
    event_type: 'alert',
    host: node,
    ...endOf('src', source),
    ...endOf('dest', target),
    ...(protocol === undefined ? {} : { proto: protocol }),
    ...flowId(protocol, source, target),
    alert: {
      action: 'allowed',
      gid: signature.gid ?? 1,
      signature_id: signature.sid ?? eveSid(alert.rule),
      rev: signature.rev ?? 1,
      signature: signature.msg ?? `NetGuard ${alert.rule}: ${alert.title}`,
      category: alert.category,
      severity: SEVERITY_SCALES[alert.severity].eve,
      metadata: metadataOf(alert),
    },
    netguard: { notification: id, kind, alert },
  };
}

/** `2026-01-31T12:00:00.000000+0000`. */
export function eveTime(time: string): string {
  return time.replace(/\.(\d{3})Z$/, '.$1000+0000');
}

function endOf(name: 'src' | 'dest', end: Endpoint | null): Record<string, unknown> {
  if (end === null || end.ip === '') return {};
  return { [`${name}_ip`]: end.ip, ...(end.port === undefined ? {} : { [`${name}_port`]: end.port }) };
}

function protocolOf({ rule, evidence }: Alert): string | undefined {
  if (typeof evidence.protocol === 'string') return evidence.protocol.toUpperCase();
  return Object.hasOwn(PROTOCOLS, rule) ? PROTOCOLS[rule] : undefined;
}

function flowId(protocol: string | undefined, source: Endpoint | null, target: Endpoint | null) {
  if (protocol === undefined || source?.port === undefined || target?.port === undefined) return {};
  const id = communityId(protocol, source.ip, source.port, target.ip, target.port);
  return id === undefined ? {} : { community_id: id };
}

/** Lists of text by name, as rules' metadata are. */
function metadataOf({ mitre, severity, confidence }: Alert): Record<string, string[]> {
  const tactics = mitre.map(({ tactic }) => tacticId(tactic)).filter((id) => id !== undefined);
  const lists: [string, string[]][] = [
    ['mitre_tactic_id', [...new Set(tactics)]],
    ['mitre_tactic_name', [...new Set(mitre.map(({ tactic }) => tacticSlug(tactic)))]],
    ['mitre_technique_id', [...new Set(mitre.map(({ technique }) => technique))]],
    ['signature_severity', [severity]],
    ['confidence', [confidence >= 0.8 ? 'High' : confidence >= 0.5 ? 'Medium' : 'Low']],
  ];
  return Object.fromEntries(lists.filter(([, values]) => values.length > 0));
}
