import { Argument, Command } from 'commander';
import type { ServerOptions } from '../client/server-address.ts';
import { CliError } from '../failure/cli-error.ts';
import { interruptible } from '../failure/interruptible.ts';
import { parseDuration } from '../text/duration.ts';
import { writeOut } from '../text/write-out.ts';
import { TOP_VIEWS, type TopView } from '../top/top-state.ts';
import { wholeNumber } from './number-argument.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';

interface TopOptions extends ServerOptions {
  readonly once?: boolean;
  readonly interval: string;
  readonly count?: number;
  readonly output: TableOrJson;
}

/** The server computes rates over a second: looking oftener shows nothing new. */
const SHORTEST_MS = 100;

/** `netguard top [pods|edges|listeners]`: live on a terminal, plain tables elsewhere. */
export function topCommand(): Command {
  const command = new Command('top')
    .description('who talks how much, live: pods, edges between workloads, listening sockets')
    .addArgument(new Argument('[view]', 'what to begin with').choices(TOP_VIEWS).default('pods'))
    .option('--once', 'print one table and end')
    .option('--interval <duration>', 'how often to look, such as 500ms or 2s', '1s')
    .option('-n, --count <number>', 'print this many tables and end', wholeNumber(1))
    .addOption(outputOption('table, or json (one line a look)'))
    .action((view: TopView, options: TopOptions) => interruptible((signal) => top(view, options, signal)))
    .addHelpText(
      'after',
      `
Examples:
  $ netguard top                    live; ? shows the keys
  $ netguard top edges              who talks to whom
  $ netguard top --once             one table, for a script or a ticket
  $ netguard top -o json -n 60      a minute of numbers, a line a second`,
    );
  return withServerOptions(command);
}

async function top(view: TopView, options: TopOptions, signal: AbortSignal): Promise<void> {
  const intervalMs = parseDuration(options.interval, '--interval');
  if (intervalMs < SHORTEST_MS) {
    throw new CliError(
      'NG_ERR_CLI_USAGE',
      'reading --interval',
      `'${options.interval}' is shorter than ${SHORTEST_MS}ms`,
    );
  }
  const client = await connect(options, signal);
  const { fetchSnapshot } = await import('../top/fetch-snapshot.ts');
  const fetch = (of: TopView, until: AbortSignal) => fetchSnapshot(client, of, Date.now(), until);
  const { stdin: input, stdout: output } = process;
  const live =
    input.isTTY && output.isTTY && !options.once && options.count === undefined && options.output === 'table';
  if (!live || process.env.TERM === 'dumb') {
    const count = options.once ? 1 : (options.count ?? Number.POSITIVE_INFINITY);
    const { runPlain } = await import('../top/run-plain.ts');
    return runPlain({ view, format: options.output, intervalMs, count, signal, fetch, write: writeOut });
  }
  const { runLive } = await import('../top/run-live.ts');
  const end = await runLive({ view, intervalMs, signal, input, output, env: process.env, fetch });
  if (end === 'interrupt') process.exitCode = 130;
}
