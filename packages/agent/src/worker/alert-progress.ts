import type { Alert } from '@netguard/core';

/** Alerts told in one tick; with more open ones than this each has its turn. */
const MOST = 200;

/**
 * Keeps the main thread's copy of the open alerts current: an event is only sent when there is news (on a log scale), but
 * whoever looks at an open alert wants to see when it was last seen and how much it is now.
 */
export class AlertProgress {
  #told = new Map<string, Alert>();
  #next = 0;

  /** Of the open alerts, those that are not as they were last told, `most` at the most. */
  take(open: readonly Alert[], most: number = MOST): Alert[] {
    const changed: Alert[] = [];
    const told = new Map<string, Alert>();
    const from = this.#next < open.length ? this.#next : 0;
    for (let count = 0; count < open.length; count++) {
      const index = (from + count) % open.length;
      const alert = open[index] as Alert;
      const before = this.#told.get(alert.id);
      if (before !== alert && changed.length < most) {
        changed.push(alert);
        told.set(alert.id, alert);
        this.#next = index + 1;
      } else if (before) told.set(alert.id, before);
    }
    this.#told = told;
    return changed;
  }
}
