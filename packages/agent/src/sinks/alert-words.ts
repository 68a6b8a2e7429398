import { type Alert, type Endpoint, endpointName } from '@netguard/core';
import type { NotificationKind } from './notification.ts';
import { oneLine } from './plain-text.ts';

const BEGINNINGS: Readonly<Record<NotificationKind, string>> = {
  opened: '',
  updated: 'Goes on: ',
  resolved: 'Resolved: ',
};

/** A notification in one line for a person: title, ends, what was measured. */
export function alertWords(kind: NotificationKind, alert: Alert): string {
  const { evidence, source, target } = alert;
  const facts = [
    `rule=${alert.rule}`,
    `severity=${alert.severity}`,
    ...(source === null ? [] : [`source=${endText(source)}`]),
    ...(target === null ? [] : [`target=${endText(target)}`]),
    `observed=${evidence.observed} ${evidence.unit}`,
    `threshold=${evidence.threshold}`,
    `cluster=${alert.cluster}`,
    `id=${alert.id}`,
  ];
  return oneLine(`${BEGINNINGS[kind]}${oneLine(alert.title, 300)} (${facts.join(' ')})`, 1500);
}

/** `shop/web-7d4f (10.1.0.1:80)`. */
export function endText(end: Endpoint): string {
  const name = endpointName(end);
  const ip = end.port !== undefined && end.ip.includes(':') ? `[${end.ip}]` : end.ip;
  const address = end.port === undefined ? ip : `${ip}:${end.port}`;
  return oneLine(name === end.ip || end.ip === '' ? (end.ip === '' ? name : address) : `${name} (${address})`, 300);
}
