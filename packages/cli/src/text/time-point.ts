import { CliError } from '../failure/cli-error.ts';
import { findDuration } from './duration.ts';

const ABSOLUTE = /^\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d{1,9})?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * A moment, as Hubble reads it: a duration counts back from `nowMs`; otherwise RFC 3339, also shortened from the right
 * (`2026-11-25`, `2026-11-25T10:30`), UTC unless a zone is written. Epoch milliseconds.
 * @throws CliError NG_ERR_CLI_USAGE
 */
export function parseTimePoint(text: string, option: string, nowMs: number): number {
  const ago = findDuration(text);
  if (ago !== undefined) return nowMs - ago;
  if (text === 'now') return nowMs;
  if (ABSOLUTE.test(text)) {
    const ms = Date.parse(complete(text));
    if (Number.isFinite(ms)) return ms;
  }
  throw new CliError('NG_ERR_CLI_USAGE', `reading ${option}`, `'${text}' is not a time`, {
    hint: 'Write how long ago (5m, 1h30m) or a time such as 2026-11-25T10:30:00Z.',
  });
}

function complete(text: string): string {
  const [date = '', clock] = text.split('T');
  if (clock === undefined) return `${date}T00:00:00Z`;
  const [, time = '', zone = ''] = /^([\d:.]+)(.*)$/.exec(clock) ?? [];
  const [hours = '00', minutes = '00', seconds = '00'] = time.split(':');
  const offset = /^([+-]\d\d):?(\d\d)?$/.exec(zone);
  return `${date}T${hours}:${minutes}:${seconds}${offset ? `${offset[1]}:${offset[2] ?? '00'}` : 'Z'}`;
}
