import { join } from 'node:path';
import type { Alert } from '@netguard/core';
import { z } from 'zod';
import { StateFile } from './state-file.ts';

const FILE = 'alerts.json';
/** Closed alerts kept: their disposition is what somebody took the trouble to say. */
const CLOSED_KEPT = 200;

const alertSchema = (status: 'open' | 'resolved') =>
  z.looseObject({
    schemaVersion: z.literal(1),
    id: z.string().min(1).max(100),
    fingerprint: z.string().min(1).max(200),
    rule: z.string().min(1),
    severity: z.enum(['low', 'medium', 'high', 'critical']),
    status: z.literal(status),
    firstSeen: z.iso.datetime(),
    lastSeen: z.iso.datetime(),
    count: z.number(),
    source: z.looseObject({ ip: z.string(), kind: z.string() }).nullable(),
    target: z.looseObject({ ip: z.string(), kind: z.string() }).nullable(),
    evidence: z.looseObject({ observed: z.number(), threshold: z.number() }),
  });
/** `closed` came later: a file without it is as good. */
const fileSchema = z.object({
  open: z.array(alertSchema('open')),
  closed: z.array(alertSchema('resolved')).default([]),
});

export interface RestoredAlerts {
  readonly alerts: readonly Alert[];
  /** Those that a person closed. */
  readonly closed: readonly Alert[];
  /** Why a file that is there was not used and where it is now; absent when all is well. */
  readonly problem?: string;
}

export interface AlertStoreEvents {
  /** Called after each write, with the error when it ended in one. */
  readonly onWrite: (error: Error | null) => void;
}

/** Open alerts, and those that a person closed, over a restart: `alerts.json` in the state directory. */
export class AlertStore {
  readonly #file: StateFile<z.output<typeof fileSchema>>;

  constructor(stateDir: string, { onWrite }: AlertStoreEvents) {
    this.#file = new StateFile({
      path: join(stateDir, FILE),
      version: 1,
      schema: fileSchema,
      loss: 'its alerts are not open any more',
      onWrite,
    });
  }

  get path(): string {
    return this.#file.path;
  }

  /** The alerts of the last run. A file that is broken or of another version is moved aside, never misread. */
  load(): RestoredAlerts {
    const { value, problem } = this.#file.load();
    return {
      alerts: (value?.open ?? []) as unknown as Alert[],
      closed: (value?.closed ?? []) as unknown as Alert[],
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /** Writes the alerts that these give when their turn comes; returns at once. */
  save(open: () => readonly Alert[], closed: () => readonly Alert[] = () => []): void {
    this.#file.save(
      () => ({ open: open(), closed: closed().slice(-CLOSED_KEPT) }) as unknown as z.output<typeof fileSchema>,
    );
  }

  /** Resolves when nothing is left to write. */
  flush(): Promise<void> {
    return this.#file.flush();
  }
}
