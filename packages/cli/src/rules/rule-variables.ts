import type { RuleVariables } from '@netguard/core';
import { CliError } from '../failure/cli-error.ts';

/**
 * `NAME=VALUE` words as variables of rules. Where a rule uses one says whether it is of addresses or ports, so that each is
 * both. @throws CliError NG_ERR_CLI_USAGE
 */
export function parseVariables(words: readonly string[]): RuleVariables {
  const values: Record<string, string> = {};
  for (const word of words) {
    const found = /^\$?([A-Za-z_][A-Za-z0-9_]*)=(.+)$/s.exec(word);
    if (found === null)
      throw new CliError('NG_ERR_CLI_USAGE', 'reading --var', `${word} is not of the form NAME=VALUE`);
    values[found[1]!] = found[2]!;
  }
  return { addresses: values, ports: values };
}
