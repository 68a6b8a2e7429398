import { type Matcher, NetGuardError, newSilence, parseMatcher } from '@netguard/core';
import type { SilenceBody } from '../client/api-types.ts';
import { CliError } from '../failure/cli-error.ts';
import { parseDuration } from '../text/duration.ts';
import { parseTimePoint } from '../text/time-point.ts';

export interface SilenceOptions {
  /** How long. */
  readonly for?: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly comment?: string | undefined;
  readonly author: string;
}

const DOING = 'making the silence';

/**
 * What the server is asked for. Everything is checked here too, so that a slip is told with what to write, before anything
 * is asked. @throws CliError NG_ERR_CLI_USAGE
 */
export function silenceRequest(matchers: readonly string[], options: SilenceOptions, nowMs: number): SilenceBody {
  const startsMs = options.start === undefined ? undefined : futureTime(options.start, '--start', nowMs);
  const endsMs = endOf(options, startsMs ?? nowMs, nowMs);
  const request = {
    matchers: [...matchers],
    startsMs,
    endsMs,
    createdBy: options.author,
    comment: options.comment ?? '',
  };
  checked(() => newSilence(request, '', 'api', nowMs));
  return {
    matchers: checked(() => matchers.map((text): Matcher => parseMatcher(text))),
    ...(startsMs === undefined ? {} : { startsAt: new Date(startsMs).toISOString() }),
    ...(endsMs === undefined ? {} : { endsAt: new Date(endsMs).toISOString() }),
    createdBy: request.createdBy,
    comment: request.comment,
  };
}

function endOf(options: SilenceOptions, startsMs: number, nowMs: number): number | undefined {
  if (options.for !== undefined && options.end !== undefined) {
    throw new CliError('NG_ERR_CLI_USAGE', DOING, 'it has two ends', { hint: 'Give either --for or --end.' });
  }
  if (options.for !== undefined) return startsMs + parseDuration(options.for, '--for');
  return options.end === undefined ? undefined : futureTime(options.end, '--end', nowMs);
}

/** A time, or how long from now: what a silence is about lies ahead. */
function futureTime(text: string, option: string, nowMs: number): number {
  return /^\d{4}-/.test(text) ? parseTimePoint(text, option, nowMs) : nowMs + parseDuration(text, option);
}

function checked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NetGuardError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : String(error.cause);
    throw new CliError('NG_ERR_CLI_USAGE', DOING, why, error.hint === undefined ? {} : { hint: error.hint });
  }
}
