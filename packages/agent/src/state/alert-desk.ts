import type { Alert, AlertEvent, Disposition, SilenceBook } from '@netguard/core';
import type { AlertShelf } from './alert-shelf.ts';

export interface AlertDeskOptions {
  readonly shelf: AlertShelf;
  readonly silences: SilenceBook;
  readonly now: () => number;
  /** Told of each change that people make, or that a silence makes by beginning or ending. */
  readonly tell: (event: AlertEvent) => void;
}

/** Why something cannot be done to an alert, for an answer of the API. */
export class AlertRefusal extends Error {
  readonly status: 404 | 409;

  constructor(status: 404 | 409, reason: string) {
    super(reason);
    this.name = 'AlertRefusal';
    this.status = status;
  }
}

/** What people say of alerts (acknowledged, closed, silenced). The Worker that finds them knows nothing of it. */
export class AlertDesk {
  readonly #options: AlertDeskOptions;
  #nextReviewMs = Number.POSITIVE_INFINITY;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
  }

  /** The alert with what is said of it. What was said before it came here again (an older version) stays. */
  mark(alert: Alert): Alert {
    const { silences, shelf, now } = this.#options;
    const { suppressedBy: _, ...plain } = alert;
    const acknowledgedBy = shelf.findOpen(alert.id)?.acknowledgedBy ?? alert.acknowledgedBy;
    const silence = silences.suppressing(alert, now());
    return {
      ...plain,
      ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
      ...(silence === undefined ? {} : { suppressedBy: silence }),
    };
  }

  /** An event of the Worker as it goes on; undefined when a person has closed the alert meanwhile. */
  receive({ type, alert }: AlertEvent): AlertEvent | undefined {
    const { shelf } = this.#options;
    if (type !== 'open' && shelf.findOpen(alert.id) === undefined && shelf.find(alert.id) !== undefined)
      return undefined;
    const event = { type, alert: this.mark(alert) };
    shelf.apply(event);
    return event;
  }

  /** Looks through the open alerts after the silences changed, or when one began or ended since the last look. */
  review(changed: boolean): void {
    const { shelf, silences, now, tell } = this.#options;
    const nowMs = now();
    if (!changed && nowMs < this.#nextReviewMs) return;
    this.#nextReviewMs = silences.nextChangeMs(nowMs);
    for (const alert of shelf.open()) {
      const marked = this.mark(alert);
      if (marked.suppressedBy === alert.suppressedBy) continue;
      shelf.refresh([marked]);
      tell({ type: 'update', alert: marked });
    }
  }

  /** Somebody looks after it. Throws AlertRefusal. */
  acknowledge(id: string, by: string): Alert {
    const { shelf, tell } = this.#options;
    const alert = { ...this.#get(id), acknowledgedBy: by };
    if (alert.status !== 'open') throw new AlertRefusal(409, 'the alert has resolved: there is nothing to look after');
    shelf.refresh([alert]);
    tell({ type: 'update', alert });
    return alert;
  }

  /**
   * Ends an open alert with what it was; one that is over gets the disposition. `wasOpen` asks the caller to tell the Worker.
   * Throws AlertRefusal.
   */
  close(id: string, by: string, disposition: Disposition): { readonly alert: Alert; readonly wasOpen: boolean } {
    const { shelf, now, tell } = this.#options;
    const before = this.#get(id);
    if (before.evidence.summary === true)
      throw new AlertRefusal(409, 'this is a summary, which ends with the alerts folded into it: close those');
    const said = { ...before, closedBy: by, disposition };
    if (before.status !== 'open') {
      shelf.replaceResolved(said);
      tell({ type: 'update', alert: said });
      return { alert: said, wasOpen: false };
    }
    const alert: Alert = { ...said, status: 'resolved', resolvedAt: new Date(now()).toISOString() };
    shelf.apply({ type: 'resolve', alert });
    tell({ type: 'resolve', alert });
    return { alert, wasOpen: true };
  }

  #get(id: string): Alert {
    const alert = this.#options.shelf.find(id);
    if (alert !== undefined) return alert;
    throw new AlertRefusal(404, 'no open or recently resolved alert has this id; GET /api/v1/alerts lists them');
  }
}
