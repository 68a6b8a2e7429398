import { type Alert, type AlertEvent, compareSeverity, type Severity } from '@netguard/core';

/** Which alerts are of this soak: others may be at work on the same host, and the agent sees them too. */
export interface Scope {
  readonly namespaces: ReadonlySet<string>;
  /** Whether an address is one of the cluster's pods or its node's. */
  isInside(ip: string): boolean;
  /** Whether what happens in a namespace is no part of the soak, though its pods are. */
  isExempt(namespace: string): boolean;
}

/** One alert and how grave it became. */
export interface Told {
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly firstSeen: string;
  readonly alert: Alert;
}

/** All alerts that were opened, each once, with its gravest severity. */
export class AlertTally {
  readonly #scope: Scope;
  readonly #told = new Map<string, Told>();
  #others = 0;
  readonly #othersIds = new Set<string>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  note(alert: Alert): void {
    if (!isOfScope(alert, this.#scope)) {
      if (!this.#othersIds.has(alert.id)) this.#others += 1;
      this.#othersIds.add(alert.id);
      return;
    }
    const { id, rule, title, firstSeen } = alert;
    const before = this.#told.get(id)?.severity;
    const severity = before !== undefined && compareSeverity(before, alert.severity) > 0 ? before : alert.severity;
    this.#told.set(id, { id, rule, severity, title, firstSeen, alert });
  }

  noteEvents(events: readonly AlertEvent[]): void {
    for (const { alert } of events) this.note(alert);
  }

  /** In the order in which they were first told. */
  get all(): readonly Told[] {
    return [...this.#told.values()];
  }

  /** Alerts about what others do on this host. */
  get others(): number {
    return this.#others;
  }
}

/**
 * An alert is the soak's when one of its ends is, or what it names beside them. Hosts outside do not count: every lab has the
 * same addresses for them. Nor does a name alone: a network namespace's number is used again, by other labs too.
 */
export function isOfScope({ source, target, sources, evidence }: Alert, scope: Scope): boolean {
  const ends = [source, target].filter((end) => end !== null);
  if (ends.some(({ namespace }) => namespace !== undefined && scope.isExempt(namespace))) return false;
  const isOurs = ({ namespace = '', ip }: { readonly namespace?: string; readonly ip: string }) =>
    ip === '' ? scope.namespaces.has(namespace) : scope.isInside(ip);
  if (ends.some(isOurs)) return true;
  const named = Array.isArray(evidence.targets) ? evidence.targets.map(String) : [];
  return [...named, ...(sources?.top ?? []).map(({ ip }) => ip)].some((ip) => scope.isInside(ip));
}
