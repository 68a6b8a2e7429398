import type { Alert } from '@netguard/core';
import { configSchema } from '../config/schema.ts';
import type { SinkOf, SinkSettings } from '../config/sink-schema.ts';
import type { Notification, NotificationKind } from '../sinks/notification.ts';
import { alert, START_MS } from './samples.ts';

export const ORIGIN = { node: 'node-1', version: '1.2.3' };

/** Settings with the defaults of the schema. */
export function sinkSettings<T extends SinkSettings['type']>(type: T, settings: object): SinkOf<T> {
  const { one } = configSchema.parse({ apiVersion: 'netguard/v1', sinks: { one: { type, ...settings } } }).sinks;
  return one as unknown as SinkOf<T>;
}

export function notification(
  kind: NotificationKind = 'opened',
  overrides: Partial<Alert> = {},
  more: Partial<Notification> = {},
): Notification {
  const resolved = kind === 'resolved' ? { status: 'resolved' as const, resolvedAt: '2026-01-31T12:05:00.000Z' } : {};
  return {
    id: '6f7c1d7e-9f0d-4d7c-8c53-6a7b5c0a1b2c',
    kind,
    time: new Date(START_MS + 500).toISOString(),
    alert: alert('a1', { ...resolved, ...overrides }),
    ...more,
  };
}

/** Clears a screen, ends a line, closes quotes and brackets, turns the text around; half a character, and very long. */
export const HOSTILE = [
  '\u001b[2J\u001b]0;x\u0007',
  'line\r\nnext <134>1 - - forged - - -',
  '"quoted" \\ back\\" ] [x y="z"] }',
  '\u202eright to left\u2028\u2029\u0085',
  '\ud800 half',
  'ünï 漢字 🦊',
  'w'.repeat(20_000),
  '$' + '{jndi:ldap://x} %n%s {{ .Labels }} <script>',
] as const;

/** An alert all of whose texts are this. */
export function hostileAlert(text: string): Partial<Alert> {
  const end = {
    ip: '10.1.0.1',
    port: 80,
    kind: 'pod' as const,
    namespace: text,
    pod: text,
    container: text,
    workload: { kind: text, name: text },
    service: text,
    process: { pid: 1, comm: text },
    subnetLabel: text,
  };
  return {
    title: text,
    description: text,
    suggestion: text,
    cluster: text,
    nodes: [text],
    source: end,
    target: end,
    sources: { distinctEstimate: 2, top: [{ ip: '10.0.0.1', name: text, count: 1 }] },
    evidence: { observed: 1, threshold: 1, unit: text, windowMs: 1000, note: text },
    acknowledgedBy: text,
  };
}
