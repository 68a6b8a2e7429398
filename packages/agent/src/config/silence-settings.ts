/** Checks `silences:` by making each of them, as the process will. */
import { NetGuardError, newSilence, type SilenceRequest } from '@netguard/core';
import type { Locate, Problem } from './problem.ts';
import type { SilenceSettings } from './schema.ts';

export function silenceProblems(silences: readonly SilenceSettings[], locate: Locate, nowMs: number): Problem[] {
  return silences.flatMap((settings, index): Problem[] => {
    try {
      newSilence(silenceRequest(settings), '', 'configuration', nowMs);
      return [];
    } catch (error) {
      if (!(error instanceof NetGuardError)) throw error;
      const why = error.cause instanceof Error ? error.cause.message : String(error.cause);
      const hint = error.hint === undefined ? '' : `. ${error.hint}`;
      return [{ where: locate(['silences', index]), message: `silences[${index}]: ${why}${hint}` }];
    }
  });
}

/** A silence of the configuration as the book of silences takes it. */
export function silenceRequest({ matchers, startsAt, endsAt, author, comment }: SilenceSettings): SilenceRequest {
  return {
    matchers,
    startsMs: startsAt === undefined ? undefined : Date.parse(startsAt),
    endsMs: endsAt === undefined ? undefined : Date.parse(endsAt),
    createdBy: author,
    comment,
  };
}
