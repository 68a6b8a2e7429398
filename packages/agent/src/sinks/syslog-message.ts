import type { Alert } from '@netguard/core';
import { alertWords, endText } from './alert-words.ts';
import { type Format, formatted, type Origin } from './formats.ts';
import type { Notification } from './notification.ts';
import { RESOLVED_SCALE, SEVERITY_SCALES } from './severity-scales.ts';

export const FACILITIES = {
  user: 1,
  daemon: 3,
  auth: 4,
  authpriv: 10,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;
export type Facility = keyof typeof FACILITIES;

/** RFC 5424 wants a number that IANA gave out; 32473 is the one for documentation (RFC 5612), as we have none. */
const SD_ID = 'netguard@32473';
/** Of one value of the structured data. */
const MOST_CHARACTERS = 300;

/** One message of RFC 5424. The structured data says the same in every format; eve and ocsf stand in the text as JSON. */
export function syslogMessage(notification: Notification, facility: Facility, format: Format, origin: Origin): string {
  const { kind, time, alert } = notification;
  const severity = kind === 'resolved' ? RESOLVED_SCALE.syslog : SEVERITY_SCALES[alert.severity].syslog;
  const priority = FACILITIES[facility] * 8 + severity;
  const header = [
    `<${priority}>1`,
    time,
    headerText(origin.node, 255),
    'netguard',
    String(process.pid),
    headerText(alert.rule, 32),
  ];
  const text = format === 'netguard' ? withMark(alertWords(kind, alert)) : formatted(notification, format, origin);
  return `${header.join(' ')} ${structuredData(notification)} ${text}`;
}

/** Printable ASCII without spaces; `-` for nothing. */
function headerText(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || '-';
}

/** Text beyond ASCII begins with a byte order mark (RFC 5424, 6.4). */
function withMark(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `\ufeff${text}`;
}

function structuredData({ id, kind, alert }: Notification): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['id', alert.id],
    ['notification', id],
    ['kind', kind],
    ['rule', alert.rule],
    ['category', alert.category],
    ['severity', alert.severity],
    ['confidence', String(alert.confidence)],
    ['cluster', alert.cluster],
    ['fingerprint', alert.fingerprint],
    ...endValues('source', alert.source),
    ...endValues('target', alert.target),
    ['observed', String(alert.evidence.observed)],
    ['threshold', String(alert.evidence.threshold)],
    ['unit', alert.evidence.unit],
    ['count', String(alert.count)],
    ['firstSeen', alert.firstSeen],
    ['lastSeen', alert.lastSeen],
    ['techniques', alert.mitre.map(({ technique }) => technique).join(',')],
  ];
  const known = fields.filter(([, value]) => value !== undefined && value !== '');
  return `[${SD_ID}${known.map(([name, value]) => ` ${name}="${parameterValue(value ?? '')}"`).join('')}]`;
}

function endValues(side: 'source' | 'target', end: Alert['source']): (readonly [string, string | undefined])[] {
  if (end === null) return [];
  return [
    [side, endText(end)],
    [`${side}Ip`, end.ip],
    [`${side}Port`, end.port?.toString()],
    [`${side}Namespace`, end.namespace],
    [`${side}Workload`, end.workload?.name],
  ];
}

/** RFC 5424, 6.3.3: `"`, `\` and `]` are escaped. Controls would end a line for receivers that look for one. */
function parameterValue(text: string): string {
  const plain = text
    .slice(0, MOST_CHARACTERS)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ');
  return plain.replace(/["\\\]]/g, '\\$&');
}
