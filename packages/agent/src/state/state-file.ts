import { readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { makeDirectory } from './make-directory.ts';
import { writeWhole } from './write-whole.ts';

export interface StateFileOptions<T> {
  readonly path: string;
  readonly version: number;
  /** The content beside `version` and `savedAt`. */
  readonly schema: z.ZodType<T>;
  /** What it holds, for messages: `its alerts are not open any more`. */
  readonly loss: string;
  /** Called after each write, with the error when it ended in one. */
  readonly onWrite: (error: Error | null) => void;
}

export interface LoadedState<T> {
  readonly value?: T;
  /** Why a file that is there was not used and where it is now; absent when all is well. */
  readonly problem?: string;
}

/**
 * JSON kept over a restart, replaced whole by rename, so a reader or a crash finds the old or the new one. Writes never
 * overlap; what came during one is in the next.
 */
export class StateFile<T extends object> {
  readonly #options: StateFileOptions<T>;
  #pending: (() => T) | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: StateFileOptions<T>) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  /** What the last run left. A file that is broken or of another version is moved aside, never misread. */
  load(): LoadedState<T> {
    const { path, schema } = this.#options;
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? {} : { problem: `${path} cannot be read: ${message}` };
    }
    try {
      const { version, savedAt: _, ...content } = envelope.parse(JSON.parse(text));
      if (version !== this.#options.version) throw new Error('of another version');
      return { value: schema.parse(content) };
    } catch (error) {
      return { problem: `${path} ${this.#whyUnusable(text, error)}; ${this.#moveAside()}` };
    }
  }

  /** Writes what `content` gives when its turn comes; returns at once. */
  save(content: () => T): void {
    this.#pending = content;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when nothing is left to write. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #whyUnusable(text: string, error: unknown): string {
    const version = /"version":\s*(\d+)/.exec(text.slice(0, 200))?.[1];
    if (version !== undefined && Number(version) !== this.#options.version)
      return `has version ${version}, this NetGuard reads ${this.#options.version}`;
    if (error instanceof z.ZodError) return `is not as it was written (${error.issues[0]?.path.join('.')})`;
    return 'is not complete JSON';
  }

  #moveAside(): string {
    const { path, loss } = this.#options;
    const aside = `${path}.broken`;
    try {
      renameSync(path, aside);
      return `it was moved to ${aside} and ${loss}`;
    } catch (error) {
      return `it could not be moved aside: ${(error as Error).message}`;
    }
  }

  async #drain(): Promise<void> {
    while (this.#pending !== null) {
      const content = this.#pending;
      this.#pending = null;
      try {
        await this.#write(content());
        this.#options.onWrite(null);
      } catch (error) {
        this.#options.onWrite(error as Error);
      }
    }
  }

  async #write(content: T): Promise<void> {
    const { path, version } = this.#options;
    makeDirectory(dirname(path));
    await writeWhole(path, JSON.stringify({ version, savedAt: new Date().toISOString(), ...content }));
  }
}

const envelope = z.looseObject({ version: z.number(), savedAt: z.string() });
