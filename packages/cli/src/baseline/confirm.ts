import { createInterface } from 'node:readline/promises';
import { CliError } from '../failure/cli-error.ts';

/**
 * Asks on a terminal whether to go on; anything but y or yes is no.
 * @throws CliError NG_ERR_CLI_USAGE without a terminal: a script says --yes.
 */
export async function confirmed(question: string, doing: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError('NG_ERR_CLI_USAGE', doing, 'it wants a yes, and there is no terminal to ask on', {
      hint: 'Add --yes, or name what is meant with --namespace or --workload.',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}
