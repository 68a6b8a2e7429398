import type { Alert, AlertEvent } from '@netguard/core';
import type { Logger } from './log.ts';
import { AlertStore } from './state/alert-store.ts';
import type { NodeState } from './state/node-state.ts';

const RETRY_MS = 30_000;
/** A disk that hangs must not hold up the end of the process. */
const FLUSH_MS = 1500;

/** Keeps the open alerts of a daemon on disk. No failure of the disk is fatal: it is counted and said in `degraded`. */
export class DaemonAlerts {
  readonly #store: AlertStore;
  readonly #state: NodeState;
  readonly #logger: Logger;
  #retry: NodeJS.Timeout | undefined;

  constructor(stateDir: string, state: NodeState, logger: Logger) {
    this.#state = state;
    this.#logger = logger;
    this.#store = new AlertStore(stateDir, { onWrite: (error) => this.#written(error) });
  }

  /** The alerts that were open at the last stop, put into the state again. Tries the disk at once. */
  restore(): readonly Alert[] {
    const { alerts, problem } = this.#store.load();
    if (problem !== undefined) {
      this.#logger.error({ code: 'NG_ERR_STATE_READ' }, problem);
      this.#state.concerns.set('alerts-read', `Open alerts of the last run are lost: ${problem}.`);
    }
    this.#state.restoreAlerts(alerts);
    this.#save();
    return alerts;
  }

  changed({ type, alert }: AlertEvent): void {
    const { id, rule, severity } = alert;
    this.#logger.info({ id, rule, severity }, `alert ${type}: ${alert.title}`);
    this.#save();
  }

  #save(): void {
    this.#store.save(() => this.#state.alerts.open());
  }

  #written(error: Error | null): void {
    clearTimeout(this.#retry);
    if (error === null) {
      this.#state.concerns.delete('alerts-write');
      return;
    }
    this.#state.stateWriteFailures++;
    const sentence = `Open alerts cannot be saved to ${this.#store.path} and would be lost at a restart: ${error.message}. Make room there, or set stateDir to a directory that can be written.`;
    this.#state.concerns.set('alerts-write', sentence);
    this.#logger.error({ code: 'NG_ERR_STATE_WRITE', err: error }, sentence);
    this.#retry = setTimeout(() => this.#save(), RETRY_MS).unref();
  }

  /** Saves how far open alerts have come and waits for that, not for ever. */
  async flush(): Promise<void> {
    if (this.#state.alerts.openCount > 0) this.#save();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FLUSH_MS);
    await Promise.race([this.#store.flush(), late]);
    clearTimeout(timer);
    clearTimeout(this.#retry);
  }
}
