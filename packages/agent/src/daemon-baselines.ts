import type { LearningSnapshot } from '@netguard/core';
import type { Logger } from './log.ts';
import { BaselineDesk } from './state/baseline-desk.ts';
import { BaselineStore } from './state/baseline-store.ts';
import type { NodeState } from './state/node-state.ts';
import { StateSaving } from './state/state-saving.ts';
import type { BaselineAnswer, BaselineRequest } from './worker/baselines.ts';

/** What a crash may lose of the learning. */
const SAVE_EVERY_MS = 300_000;

/** What was learned, kept on disk: read at the start, written every five minutes, after a change by hand, and at the end. */
export class DaemonBaselines {
  readonly desk: BaselineDesk;
  readonly #store: BaselineStore;
  readonly #saving: StateSaving;
  readonly #logger: Logger;
  #last: LearningSnapshot | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    stateDir: string,
    state: NodeState,
    logger: Logger,
    send: (id: number, request: BaselineRequest) => void,
  ) {
    this.#logger = logger;
    this.desk = new BaselineDesk(send, () => void this.save());
    this.#saving = new StateSaving({ name: 'baselines', what: 'Baselines', state, logger, save: () => this.#write() });
    this.#store = new BaselineStore(stateDir, (error) => this.#saving.written(this.#store.path, error));
  }

  /** What the last run learned. Nothing when there is none, or none that can be used: that is said. */
  restore(): LearningSnapshot | undefined {
    const { value, problem } = this.#store.load();
    if (problem !== undefined) this.#saving.unread(problem, 'Learning begins anew');
    this.#last = value;
    this.#timer = setInterval(() => void this.save(), SAVE_EVERY_MS).unref();
    return value;
  }

  /** Asks the Worker for all there is and writes it. */
  async save(): Promise<void> {
    try {
      this.#last = await this.desk.export();
    } catch (error) {
      this.#logger.warn({ err: error }, 'baselines could not be saved this time');
      return;
    }
    this.#write();
  }

  receive(answer: BaselineAnswer): void {
    const all = this.desk.receive(answer);
    if (all === undefined) return;
    this.#last = all;
    this.#write();
  }

  /** After the Worker's last word. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.desk.close();
    await this.#saving.finish(this.#store.flush());
  }

  #write(): void {
    const snapshot = this.#last;
    if (snapshot !== undefined) this.#store.save(() => snapshot);
  }
}
