import { join } from 'node:path';
import { LEARNING_SCHEMA_VERSION, type LearningSnapshot, NetGuardError, parseSnapshot } from '@netguard/core';
import { z } from 'zod';
import { type LoadedState, StateFile } from './state-file.ts';

const FILE = 'baselines.json';

/** Core checks what it takes in; the place that is wrong goes where zod keeps its path. */
const snapshot = z.unknown().transform((json, context): LearningSnapshot => {
  try {
    return parseSnapshot(json);
  } catch (error) {
    const { cause } = error as NetGuardError;
    const path = error instanceof NetGuardError && cause instanceof Error ? [cause.message] : [];
    context.addIssue({ code: 'custom', message: 'cannot be used', path });
    return z.NEVER;
  }
});

/** What was learned, over a restart: `baselines.json` in the state directory. */
export class BaselineStore {
  readonly #file: StateFile<LearningSnapshot>;

  constructor(stateDir: string, onWrite: (error: Error | null) => void) {
    this.#file = new StateFile({
      path: join(stateDir, FILE),
      version: LEARNING_SCHEMA_VERSION,
      schema: snapshot,
      loss: 'learning begins anew',
      onWrite,
    });
  }

  get path(): string {
    return this.#file.path;
  }

  load(): LoadedState<LearningSnapshot> {
    return this.#file.load();
  }

  save(content: () => LearningSnapshot): void {
    this.#file.save(content);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }
}
