import { type Alert, type AlertEvent, CLOSED_FOR_MS, type ClosedCause } from '@netguard/core';
import type { Logger } from './log.ts';
import { AlertStore } from './state/alert-store.ts';
import type { NodeState } from './state/node-state.ts';
import { StateSaving } from './state/state-saving.ts';

/** What the Worker is to know of the alerts of the last run. */
export interface AlertsBefore {
  readonly openAlerts: readonly Alert[];
  readonly closedCauses: readonly ClosedCause[];
}

/** Keeps the open alerts of a daemon, and those that people closed, on disk. No failure of the disk is fatal: it is counted and said in `degraded`. */
export class DaemonAlerts {
  readonly #store: AlertStore;
  readonly #saving: StateSaving;
  readonly #state: NodeState;
  readonly #logger: Logger;

  constructor(stateDir: string, state: NodeState, logger: Logger) {
    this.#state = state;
    this.#logger = logger;
    this.#saving = new StateSaving({ name: 'alerts', what: 'Open alerts', state, logger, save: () => this.#save() });
    this.#store = new AlertStore(stateDir, { onWrite: (error) => this.#saving.written(this.#store.path, error) });
    state.changes.on('alert', (event) => this.#changed(event));
  }

  /** The alerts of the last run, put into the state again. Tries the disk at once. */
  restore(): AlertsBefore {
    const { alerts, closed, problem } = this.#store.load();
    if (problem !== undefined) this.#saving.unread(problem, 'Open alerts of the last run are lost');
    this.#state.restoreAlerts([...alerts, ...closed]);
    this.#save();
    const since = this.#state.now() - CLOSED_FOR_MS;
    const causes = closed.map(({ fingerprint, rule, severity, resolvedAt = '' }) => {
      return { fingerprint, rule, severity, closedMs: Date.parse(resolvedAt) };
    });
    return { openAlerts: alerts, closedCauses: causes.filter(({ closedMs }) => closedMs >= since) };
  }

  #changed({ type, alert }: AlertEvent): void {
    const { id, rule, severity, suppressedBy, supersededBy } = alert;
    this.#logger.info({ id, rule, severity, suppressedBy, supersededBy }, `alert ${type}: ${alert.title}`);
    this.#save();
  }

  #save(): void {
    const { alerts } = this.#state;
    this.#store.save(
      () => alerts.open(),
      () => alerts.closed(),
    );
  }

  /** Saves how far open alerts have come and waits for that, not for ever. */
  async flush(): Promise<void> {
    if (this.#state.alerts.openCount > 0) this.#save();
    await this.#saving.finish(this.#store.flush());
  }
}
