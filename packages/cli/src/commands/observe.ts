import { Command, Option } from 'commander';
import type { ServerOptions } from '../client/server-address.ts';
import { CliError } from '../failure/cli-error.ts';
import { interruptible } from '../failure/interruptible.ts';
import { addFilterOptions } from '../observe/filter-options.ts';
import type { FlowFilter } from '../observe/flow-filter.ts';
import { OBSERVE_OUTPUTS, type ObserveOutput } from '../observe/flow-printer.ts';
import { selection } from '../observe/select-flows.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { TIME_FORMATS, type TimeFormat } from '../text/time-format.ts';
import { parseTimePoint } from '../text/time-point.ts';
import { note, writeOut } from '../text/write-out.ts';
import { wholeNumber } from './number-argument.ts';
import { connect, withServerOptions } from './server-options.ts';

interface ObserveOptions extends ServerOptions {
  readonly last?: number;
  readonly first?: number;
  readonly all?: boolean;
  readonly follow?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly output: ObserveOutput;
  readonly timeFormat: TimeFormat;
  readonly color: 'auto' | 'always' | 'never';
  readonly numeric?: boolean;
  readonly ipTranslation: string | boolean;
  readonly printNodeName?: boolean;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

/** `netguard observe`: the flags, words and formats of `hubble observe`. */
export function observeCommand(): Command {
  const command = new Command('observe')
    .description('connections, one by one, as `hubble observe` shows them')
    .argument('[what]', 'flows, as in Hubble; there is nothing else')
    .optionsGroup('Which flows:')
    .addOption(new Option('--last <n>', 'the last n (20 unless something else is said)').argParser(wholeNumber(1)))
    .addOption(new Option('--first <n>', 'the first n that are still kept').argParser(wholeNumber(1)))
    .option('--all', 'all that are still kept')
    .option('-f, --follow', 'go on with every one that comes')
    .option('--since <time>', 'since then: 5m, 1h30m, or 2026-11-25T10:00:00Z')
    .option('--until <time>', 'until then')
    .optionsGroup('How they are shown:')
    .addOption(
      new Option('-o, --output <format>', `one of ${OBSERVE_OUTPUTS.join(', ')}`)
        .default('compact')
        .argParser(outputFormat),
    )
    .addOption(new Option('--time-format <layout>', 'of the times, in UTC').choices(TIME_FORMATS).default('StampMilli'))
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .option('--numeric', 'addresses instead of names')
    .option('--ip-translation [bool]', 'names instead of addresses', 'true')
    .option('--print-node-name', 'the node that saw it');
  const filters = addFilterOptions(command);
  command
    .action((what: string | undefined, options: ObserveOptions) => {
      refuseOtherEvents(what);
      const filter = filters.build({ namespace: options.namespace, allNamespaces: options.allNamespaces });
      return interruptible((signal) => observe(options, filter, signal));
    })
    .addHelpText(
      'after',
      `
Examples:
  $ netguard observe                                       the last 20 connections
  $ netguard observe -f --pod shop/web                     those of these pods, as they come
  $ netguard observe --since 5m --verdict DROPPED          what was refused or timed out
  $ netguard observe --to-namespace shop --not --to-port 80
  $ netguard observe -f -o json | jq .flow.extensions      with bytes, packets and duration

A connection has a line when it ends, and one every window (10 s) while it lasts.`,
    );
  return withServerOptions(command);
}

async function observe(options: ObserveOptions, filter: FlowFilter, signal: AbortSignal): Promise<void> {
  const nowMs = Date.now();
  if (options.output === 'table' && options.follow) {
    throw new CliError('NG_ERR_CLI_USAGE', 'reading the arguments', '-o table cannot be used with --follow', {
      hint: 'A table is printed when its last row is known; -o compact goes line by line.',
    });
  }
  const { hubbleEnvironment } = await import('../observe/hubble-environment.ts');
  const { FlowPrinter } = await import('../observe/flow-printer.ts');
  const { runObserve } = await import('../observe/run-observe.ts');
  const chosen = selection({
    ...options,
    sinceMs: options.since === undefined ? undefined : parseTimePoint(options.since, '--since', nowMs),
    untilMs: options.until === undefined ? undefined : parseTimePoint(options.until, '--until', nowMs),
  });
  const { defaults, notes } = hubbleEnvironment(process.env);
  if (options.server === undefined) for (const text of notes) note(text);
  const printer = new FlowPrinter({
    output: options.output,
    timeFormat: options.timeFormat,
    numeric: options.numeric === true || options.ipTranslation === 'false',
    nodeName: options.printNodeName === true,
    palette: palette({ colour: wantsColour(process.stdout, process.env, options.color) }),
  });
  const client = await connect({ ...defaults, ...options }, signal);
  await runObserve({ client, filter, printer, selection: chosen, signal, write: writeOut, note });
}

/** Hubble's spellings: any case of JSON, `tab` for table. */
function outputFormat(text: string): ObserveOutput {
  const wanted = text === 'tab' ? 'table' : text.toLowerCase();
  const found = OBSERVE_OUTPUTS.find((name) => name === wanted);
  if (found === undefined) {
    throw new CliError('NG_ERR_CLI_USAGE', 'reading --output', `'${text}' is not a format`, {
      hint: `There are ${OBSERVE_OUTPUTS.join(', ')}.`,
    });
  }
  return found;
}

function refuseOtherEvents(what: string | undefined): void {
  if (what === undefined || what === 'flows') return;
  if (what === 'agent-events' || what === 'debug-events') {
    throw new CliError('NG_ERR_CLI_REFUSED_FLAG', `reading '${what}'`, 'these are events of the Cilium agent', {
      hint: '`netguard observe` shows flows; `netguard status` shows the state of NetGuard.',
    });
  }
  throw new CliError('NG_ERR_CLI_USAGE', `reading '${what}'`, 'there is nothing of that name to observe', {
    hint: 'Leave it out, or write `netguard observe flows`.',
  });
}
