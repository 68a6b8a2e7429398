import { readFileSync, renameSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alert } from '@netguard/core';
import { z } from 'zod';
import { makeDirectory } from './make-directory.ts';

const VERSION = 1;
const FILE = 'alerts.json';

const alertSchema = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string().min(1).max(100),
  fingerprint: z.string().min(1).max(200),
  rule: z.string().min(1),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  status: z.literal('open'),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  count: z.number(),
  source: z.looseObject({ ip: z.string(), kind: z.string() }).nullable(),
  target: z.looseObject({ ip: z.string(), kind: z.string() }).nullable(),
  evidence: z.looseObject({ observed: z.number(), threshold: z.number() }),
});
const fileSchema = z.object({ version: z.literal(VERSION), savedAt: z.string(), open: z.array(alertSchema) });

export interface RestoredAlerts {
  readonly alerts: readonly Alert[];
  /** Why a file that is there was not used and where it is now; absent when all is well. */
  readonly problem?: string;
}

export interface AlertStoreEvents {
  /** Called after each write, with the error when it ended in one. */
  readonly onWrite: (error: Error | null) => void;
}

/**
 * Open alerts over a restart: `alerts.json` in the state directory, replaced whole by rename, so a reader or a crash finds
 * the old or the new one. Writes never overlap; what came during one is in the next.
 */
export class AlertStore {
  readonly path: string;
  readonly #directory: string;
  readonly #onWrite: AlertStoreEvents['onWrite'];
  #pending: (() => readonly Alert[]) | null = null;
  #writing: Promise<void> | null = null;

  constructor(stateDir: string, { onWrite }: AlertStoreEvents) {
    this.#directory = stateDir;
    this.path = join(stateDir, FILE);
    this.#onWrite = onWrite;
  }

  /** The alerts of the last run. A file that is broken or of another version is moved aside, never misread. */
  load(): RestoredAlerts {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? { alerts: [] } : { alerts: [], problem: `${this.path} cannot be read: ${message}` };
    }
    try {
      return { alerts: fileSchema.parse(JSON.parse(text)).open as unknown as Alert[] };
    } catch (error) {
      return { alerts: [], problem: `${this.path} ${this.#whyUnusable(text, error)}; ${this.#moveAside()}` };
    }
  }

  #whyUnusable(text: string, error: unknown): string {
    const version = /"version":\s*(\d+)/.exec(text.slice(0, 200))?.[1];
    if (version !== undefined && Number(version) !== VERSION)
      return `has version ${version}, this NetGuard reads ${VERSION}`;
    if (error instanceof z.ZodError) return `is not as it was written (${error.issues[0]?.path.join('.')})`;
    return 'is not complete JSON';
  }

  #moveAside(): string {
    const aside = `${this.path}.broken`;
    try {
      renameSync(this.path, aside);
      return `it was moved to ${aside} and its alerts are not open any more`;
    } catch (error) {
      return `it could not be moved aside: ${(error as Error).message}`;
    }
  }

  /** Writes the alerts that `open` gives when its turn comes; returns at once. */
  save(open: () => readonly Alert[]): void {
    this.#pending = open;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when nothing is left to write. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#pending !== null) {
      const open = this.#pending;
      this.#pending = null;
      try {
        await this.#write(open());
        this.#onWrite(null);
      } catch (error) {
        this.#onWrite(error as Error);
      }
    }
  }

  async #write(alerts: readonly Alert[]): Promise<void> {
    makeDirectory(this.#directory);
    const temporary = `${this.path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ version: VERSION, savedAt: new Date().toISOString(), open: alerts }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
  }
}
