import type { Flow } from '@netguard/core';
import { CliError } from '../failure/cli-error.ts';

/** Flows that `hubble observe` prints when nothing says how many. */
export const DEFAULT_LAST = 20;

export interface Selection {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly first?: number;
  /** How many of the newest; undefined means all in the window. */
  readonly last?: number;
  readonly follow: boolean;
}

export interface SelectionFlags {
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly first?: number | undefined;
  readonly last?: number | undefined;
  readonly all?: boolean | undefined;
  readonly follow?: boolean | undefined;
}

/** Hubble's rules for which flags go together. @throws CliError NG_ERR_CLI_USAGE */
export function selection(flags: SelectionFlags): Selection {
  const { sinceMs, untilMs, first, last, all = false, follow = false } = flags;
  const together = (a: boolean, b: boolean, names: string): void => {
    if (a && b) throw new CliError('NG_ERR_CLI_USAGE', 'reading the arguments', `${names} cannot be used together`);
  };
  together(first !== undefined, last !== undefined, '--first and --last');
  together(first !== undefined, all, '--first and --all');
  together(first !== undefined, follow, '--first and --follow');
  together(last !== undefined, all, '--last and --all');
  together(untilMs !== undefined, follow, '--until and --follow');
  const windowed = sinceMs !== undefined || untilMs !== undefined || first !== undefined || all;
  // A bare --follow shows what comes from now on, as Hubble does.
  const newest = last ?? (windowed ? undefined : follow ? 0 : DEFAULT_LAST);
  return {
    follow,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(first === undefined ? {} : { first }),
    ...(newest === undefined ? {} : { last: newest }),
  };
}

/** The flows to print, oldest first, from all that match. */
export function select(flows: readonly Flow[], { first, last }: Selection): Flow[] {
  const sorted = flows.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  if (first !== undefined) return sorted.slice(0, first);
  if (last !== undefined) return last === 0 ? [] : sorted.slice(-last);
  return sorted;
}
