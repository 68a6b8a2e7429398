import type { Alert, AlertEvent } from '@netguard/core';
import type { Numbered } from './flow-log.ts';
import { Ring } from './ring.ts';
import { subjectKey } from './subject.ts';

/** Resolved alerts kept for the API. */
export const RESOLVED_KEPT = 1000;

/** Open alerts (all of them: the alert book folds floods of alerts) and the last resolved ones. */
export class AlertShelf {
  readonly #open = new Map<string, Numbered<Alert>>();
  readonly #resolved = new Ring<{ readonly sequence: number; item: Alert }>(RESOLVED_KEPT);
  #next = 0;

  get openCount(): number {
    return this.#open.size;
  }

  open(): Alert[] {
    return Array.from(this.#open.values(), (entry) => entry.item);
  }

  /** Puts alerts back that were kept over a restart, oldest first. */
  restore(alerts: readonly Alert[]): void {
    for (const item of [...alerts].sort((a, b) => (a.firstSeen < b.firstSeen ? -1 : 1))) {
      const entry = { sequence: this.#next++, item };
      if (item.status === 'open') this.#open.set(item.id, entry);
      else this.#resolved.push(entry);
    }
  }

  /** The alerts that a person closed, latest last. */
  closed(): Alert[] {
    return Array.from(this.#resolved, ({ item }) => item).filter((alert) => alert.closedBy !== undefined);
  }

  findOpen(id: string): Alert | undefined {
    return this.#open.get(id)?.item;
  }

  /** Puts another version of a resolved alert in the place of the one that is kept. */
  replaceResolved(alert: Alert): void {
    for (const entry of this.#resolved) if (entry.item.id === alert.id) entry.item = alert;
  }

  apply({ type, alert }: AlertEvent): void {
    const sequence = this.#open.get(alert.id)?.sequence ?? this.#next++;
    if (type === 'resolve') {
      this.#open.delete(alert.id);
      this.#resolved.push({ sequence, item: alert });
    } else {
      this.#open.set(alert.id, { sequence, item: alert });
    }
  }

  /** Takes over the current numbers of alerts that are open. */
  refresh(alerts: readonly Alert[]): void {
    for (const item of alerts) {
      const entry = this.#open.get(item.id);
      if (entry) this.#open.set(item.id, { sequence: entry.sequence, item });
    }
  }

  find(id: string): Alert | undefined {
    const open = this.#open.get(id);
    if (open) return open.item;
    for (const entry of this.#resolved) if (entry.item.id === id) return entry.item;
    return undefined;
  }

  /** Latest opened first, only alerts opened before number `before`. */
  newestFirst(before = Number.POSITIVE_INFINITY): Numbered<Alert>[] {
    const all = [...this.#open.values(), ...this.#resolved].filter((entry) => entry.sequence < before);
    return all.sort((a, b) => b.sequence - a.sequence);
  }

  /** How many open alerts name each subject, as source or as target. */
  openBySubject(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { item } of this.#open.values()) {
      const subjects = new Set([item.source, item.target].filter((end) => end !== null).map(subjectKey));
      for (const subject of subjects) counts.set(subject, (counts.get(subject) ?? 0) + 1);
    }
    return counts;
  }
}
