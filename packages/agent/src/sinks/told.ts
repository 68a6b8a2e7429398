import { type Alert, type AlertEvent, compareSeverity, type Severity } from '@netguard/core';
import type { NotificationKind } from './notification.ts';

export interface Filter {
  readonly minSeverity: Severity;
  readonly matches: (alert: Alert) => boolean;
}

export interface News {
  readonly kind: NotificationKind;
  readonly severityBefore?: Severity;
}

/**
 * Which open alerts one sink was told of, and at which severity. What it was not told of has not opened for it yet: an alert
 * whose silence ends, or that gets grave enough, opens then. What it was told of ends for it, also when it is silent by then.
 */
export class Told {
  readonly #severities: Map<string, Severity>;

  constructor(severities: Readonly<Record<string, Severity>> = {}) {
    this.#severities = new Map(Object.entries(severities));
  }

  get severities(): Record<string, Severity> {
    return Object.fromEntries(this.#severities);
  }

  has(id: string): boolean {
    return this.#severities.has(id);
  }

  ids(): string[] {
    return [...this.#severities.keys()];
  }

  forget(id: string): void {
    this.#severities.delete(id);
  }

  /** What an event is to the sink, which counts as told then; undefined when it is nothing. */
  judge({ type, alert }: AlertEvent, filter: Filter): News | undefined {
    const before = this.#severities.get(alert.id);
    if (type === 'resolve' || alert.status === 'resolved') {
      this.#severities.delete(alert.id);
      return before === undefined ? undefined : { kind: 'resolved', severityBefore: before };
    }
    if (!isFor(alert, filter)) return undefined;
    this.#severities.set(alert.id, alert.severity);
    return before === undefined ? { kind: 'opened' } : { kind: 'updated', severityBefore: before };
  }
}

/** Whether an open alert is one that the sink is to hear of. Folded ones are spoken for by their summary. */
export function isFor(alert: Alert, { minSeverity, matches }: Filter): boolean {
  if (alert.suppressedBy !== undefined || alert.foldedInto !== undefined || alert.observed) return false;
  return compareSeverity(alert.severity, minSeverity) >= 0 && matches(alert);
}
