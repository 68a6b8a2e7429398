import { type Alert, type AlertEvent, compareSeverity, type Severity } from '@netguard/core';

/** Alerts kept until they end; the rest is counted by the summary only. */
const MOST_ALERTS = 10_000;

/** The latest state of each alert of a replay. */
export class AlertJournal {
  readonly #alerts = new Map<string, Alert>();
  readonly #onEnd: ((alert: Alert) => void) | undefined;
  #worst: Severity | undefined;
  #left = 0;

  /** With `onEnd`, an alert is handed on when it is resolved and not kept. */
  constructor(onEnd?: (alert: Alert) => void) {
    this.#onEnd = onEnd;
  }

  note({ type, alert }: AlertEvent): void {
    const isTold = alert.suppressedBy === undefined && alert.observed !== true;
    if (isTold && (this.#worst === undefined || compareSeverity(alert.severity, this.#worst) > 0)) {
      this.#worst = alert.severity;
    }
    if (type === 'resolve' && this.#onEnd !== undefined) {
      this.#alerts.delete(alert.id);
      this.#onEnd(alert);
    } else if (this.#alerts.has(alert.id) || this.#alerts.size < MOST_ALERTS) {
      this.#alerts.set(alert.id, alert);
    } else if (type === 'open') {
      this.#left++;
    }
  }

  /** Those that are kept, by when they were first seen. */
  list(): Alert[] {
    return [...this.#alerts.values()].sort((a, b) =>
      a.firstSeen < b.firstSeen ? -1 : a.firstSeen > b.firstSeen ? 1 : 0,
    );
  }

  /** Alerts that found no room. */
  get left(): number {
    return this.#left;
  }

  /** Whether an alert that is neither silenced nor only observed was at least so severe. */
  reached(severity: Severity): boolean {
    return this.#worst !== undefined && compareSeverity(this.#worst, severity) >= 0;
  }
}
