import { join } from 'node:path';
import type { Severity } from '@netguard/core';
import { z } from 'zod';
import { StateFile } from '../state/state-file.ts';

const severity = z.enum(['low', 'medium', 'high', 'critical']);
const fileSchema = z.object({ sinks: z.record(z.string(), z.record(z.string(), severity)) });

/** By name of the sink: ids of the open alerts it was told of, and their severity then. */
export type ToldBySink = Record<string, Record<string, Severity>>;

/** What each sink was told, over a restart: `told.json` in the spool directory. */
export class ToldStore extends StateFile<z.output<typeof fileSchema>> {
  constructor(spoolDir: string, onWrite: (error: Error | null) => void) {
    super({
      path: join(spoolDir, 'told.json'),
      version: 1,
      schema: fileSchema,
      loss: 'open alerts are told once more',
      onWrite,
    });
  }
}
