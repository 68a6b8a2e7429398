import type { Config } from './config/schema.ts';
import { silenceRequest } from './config/silence-settings.ts';
import type { Logger } from './log.ts';
import type { NodeState } from './state/node-state.ts';
import { SilenceStore } from './state/silence-store.ts';
import { StateSaving } from './state/state-saving.ts';

/** Silences of the configuration, and those made while running, which are kept on disk. */
export class DaemonSilences {
  readonly #store: SilenceStore;
  readonly #saving: StateSaving;
  readonly #state: NodeState;

  constructor(stateDir: string, state: NodeState, logger: Logger) {
    this.#state = state;
    this.#saving = new StateSaving({ name: 'silences', what: 'Silences', state, logger, save: () => this.#save() });
    this.#store = new SilenceStore(stateDir, (error) => this.#saving.written(this.#store.path, error));
  }

  /** Puts those of the last run and of the configuration into the state: before its alerts, which are marked with them. */
  restore(silences: Config['silences']): void {
    const { value, problem } = this.#store.load();
    if (problem !== undefined) this.#saving.unread(problem, 'Silences of the last run are lost');
    this.#state.silences.restore(value?.silences ?? [], this.#state.now());
    this.configure(silences);
    this.#state.changes.on('silences', () => this.#save());
  }

  configure(silences: Config['silences']): void {
    this.#state.silences.configure(silences.map(silenceRequest), this.#state.now());
    this.#state.silencesChanged();
  }

  async flush(): Promise<void> {
    await this.#saving.finish(this.#store.flush());
  }

  #save(): void {
    this.#store.saveSilences(() => this.#state.silences.list(this.#state.now()));
  }
}
