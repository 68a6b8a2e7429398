import type { Logger } from '../log.ts';
import type { NodeState } from './node-state.ts';

const RETRY_MS = 30_000;
/** A disk that hangs must not hold up the end of the process. */
const FLUSH_MS = 1500;

export interface StateSavingOptions {
  /** Short, for the names of concerns: `alerts`. */
  readonly name: string;
  /** Beginning of a sentence: `Open alerts`. */
  readonly what: string;
  readonly state: Pick<NodeState, 'concerns' | 'stateWriteFailures'>;
  readonly logger: Logger;
  readonly save: () => void;
}

/** What becomes of a state file that cannot be read or written: it is said, counted and tried again, never fatal. */
export class StateSaving {
  readonly #options: StateSavingOptions;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: StateSavingOptions) {
    this.#options = options;
  }

  unread(problem: string, consequence: string): void {
    const { name, state, logger } = this.#options;
    logger.error({ code: 'NG_ERR_STATE_READ' }, problem);
    state.concerns.set(`${name}-read`, `${consequence}: ${problem}.`);
  }

  written(path: string, error: Error | null): void {
    const { name, what, state, logger, save } = this.#options;
    clearTimeout(this.#retry);
    if (error === null) {
      state.concerns.delete(`${name}-write`);
      return;
    }
    state.stateWriteFailures++;
    const sentence = `${what} cannot be saved to ${path} and would be lost at a restart: ${error.message}. Make room there, or set stateDir to a directory that can be written.`;
    state.concerns.set(`${name}-write`, sentence);
    logger.error({ code: 'NG_ERR_STATE_WRITE', err: error }, sentence);
    this.#retry = setTimeout(save, RETRY_MS).unref();
  }

  /** Waits for what is being written, not for ever, and tries no more. */
  async finish(writing: Promise<void>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FLUSH_MS);
    await Promise.race([writing, late]);
    clearTimeout(timer);
    clearTimeout(this.#retry);
  }
}
