import { join } from 'node:path';
import { checkMatcher, type Matcher, NetGuardError, type Silence } from '@netguard/core';
import { z } from 'zod';
import { StateFile } from './state-file.ts';

const matcher = z
  .object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })
  .refine(usable, 'must be a matcher');
const silence = z.object({
  id: z.string().min(1).max(100),
  matchers: z.array(matcher).min(1),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  createdBy: z.string(),
  comment: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  origin: z.literal('api'),
});
const fileSchema = z.object({ silences: z.array(silence) });

/** Silences that were made while running, over a restart: `silences.json` in the state directory. */
export class SilenceStore extends StateFile<z.output<typeof fileSchema>> {
  constructor(stateDir: string, onWrite: (error: Error | null) => void) {
    super({
      path: join(stateDir, 'silences.json'),
      version: 1,
      schema: fileSchema,
      loss: 'its silences are not in force any more',
      onWrite,
    });
  }

  /** Those of the configuration are not saved: they are there. */
  saveSilences(all: () => readonly Silence[]): void {
    this.save(() => ({ silences: all().filter(({ origin }) => origin === 'api') as z.output<typeof silence>[] }));
  }
}

function usable(value: Matcher): boolean {
  try {
    checkMatcher(value);
    return true;
  } catch (error) {
    if (error instanceof NetGuardError) return false;
    throw error;
  }
}
