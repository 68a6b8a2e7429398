import { type IntelKind, parseIntelValue } from '@netguard/core';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';

/** Refuses what no list can name, before the server is asked. @throws CliError NG_ERR_CLI_USAGE */
export function checkValue(value: string, kind: string | undefined): void {
  const item = parseIntelValue(value, kind as IntelKind | undefined);
  if (!('problem' in item)) return;
  throw new CliError('NG_ERR_CLI_USAGE', `looking up ${safeText(value)}`, `it ${item.problem}`, {
    hint:
      kind === undefined
        ? 'For a fingerprint of 32 digits say which: --kind ja3.'
        : 'Leave --kind out to have it guessed.',
  });
}
