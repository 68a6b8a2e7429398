import type { Alert, Severity } from '@netguard/core';
import { z } from 'zod';

export type NotificationKind = 'opened' | 'updated' | 'resolved';

/** What a sink is told of an alert, as it stands in the spool: one JSON object. */
export interface Notification {
  /** A UUID, the same at each attempt: a receiver can tell a repetition by it. */
  readonly id: string;
  readonly kind: NotificationKind;
  /** When it was made, RFC 3339. */
  readonly time: string;
  /** The severity that the sink was told before; absent when this is the first word of the alert. */
  readonly severityBefore?: Severity;
  readonly alert: Alert;
}

/** Longer text is somebody's input. It is cut, so that no name decides how much memory and disk an alert takes. */
const LONGEST_TEXT = 4096;

export function notificationText(notification: Notification): string {
  return JSON.stringify(notification, (_, value: unknown) =>
    typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT - 1)}…` : value,
  );
}

const severity = z.enum(['low', 'medium', 'high', 'critical']);
const endpoint = z.looseObject({ ip: z.string(), kind: z.string() }).nullable();
const schema = z.object({
  id: z.string().min(1),
  kind: z.enum(['opened', 'updated', 'resolved']),
  time: z.iso.datetime(),
  severityBefore: severity.optional(),
  alert: z.looseObject({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    fingerprint: z.string(),
    cluster: z.string(),
    rule: z.string(),
    category: z.string(),
    severity,
    status: z.enum(['open', 'resolved']),
    confidence: z.number(),
    title: z.string(),
    description: z.string(),
    source: endpoint,
    target: endpoint,
    firstSeen: z.iso.datetime(),
    lastSeen: z.iso.datetime(),
    count: z.number(),
    evidence: z.looseObject({ observed: z.number(), threshold: z.number(), unit: z.string(), windowMs: z.number() }),
    mitre: z.array(z.looseObject({ tactic: z.string(), technique: z.string() })),
    nodes: z.array(z.string()),
    suggestion: z.string(),
  }),
});

/** What a file of the spool holds; undefined when that is no notification (cut short by a crash, written by others). */
export function parseNotification(text: string): Notification | undefined {
  try {
    return schema.parse(JSON.parse(text)) as unknown as Notification;
  } catch {
    return undefined;
  }
}
