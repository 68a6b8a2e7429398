import { Command, Option } from 'commander';
import type { SilenceView } from '../client/api-types.ts';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import type { SilenceOptions } from '../silence/silence-request.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { safeText } from '../text/safe-text.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';
import { refuseStray } from './stray-argument.ts';
import { userName } from './user-name.ts';

type Output = { readonly output: TableOrJson };

/** `netguard silence add|list|expire`, as amtool has it. */
export function silenceCommand(): Command {
  return new Command('silence')
    .description('hold back notifications of some alerts for a time: add, list, expire')
    .addCommand(addCommand())
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(expireCommand())
    .addHelpText(
      'after',
      `
A silenced alert is stored, shown and counted as any other, and says by which silence. A silence always has an end;
what is meant for ever is a setting: detectors.<id>.namespaces.<name> in the configuration.

Examples:
  $ netguard silence add rule=port-scan namespace=shop --for 2h --comment "load test"
  $ netguard silence add syn-flood 'workload=~"web|api"' --for 1d -c "planned, ticket 4711"
  $ netguard silence list
  $ netguard silence expire 01J8`,
    );
}

function addCommand(): Command {
  const command = new Command('add')
    .description('silence the alerts that meet all matchers')
    .argument('<matchers...>', 'label=value, label!=value, label=~regex, label!~regex; a word alone is a rule')
    .option('--for <duration>', 'how long it lasts, such as 30m, 2h or 1d')
    .addOption(new Option('-d, --duration <duration>', 'as --for').hideHelp())
    .option('--end <time>', 'or when it ends: 2026-11-25T18:00:00Z')
    .option('--start <time>', 'when it begins, such as 10m (from now) or a time; at once unless set')
    .option('-c, --comment <text>', 'why; it must be said')
    .option('-a, --author <name>', 'who answers for it; you, unless set')
    .addOption(outputOption())
    .action((matchers: string[], options: Partial<SilenceOptions> & ServerOptions & Output & { duration?: string }) =>
      interruptible((signal) => add(matchers, options, signal)),
    );
  return withServerOptions(command);
}

async function add(
  matchers: readonly string[],
  options: Partial<SilenceOptions> & ServerOptions & Output & { readonly duration?: string },
  signal: AbortSignal,
): Promise<void> {
  const { silenceRequest } = await import('../silence/silence-request.ts');
  const nowMs = Date.now();
  const asked = { ...options, for: options.for ?? options.duration, author: options.author ?? userName() };
  const body = silenceRequest(matchers, asked, nowMs);
  const client = await connect(options, signal);
  const silence = await client.post<SilenceView>('/api/v1/silences', body, signal);
  if (options.output === 'json') return writeOut(`${safeJson(silence, 2)}\n`);
  const { matchersText } = await import('@netguard/core');
  const { when } = await import('../silence/silence-list.ts');
  const open = await client.all('alerts', { status: 'open', suppressed: 'true' }, signal);
  const held = open.filter(({ suppressedBy }) => suppressedBy === silence.id).length;
  const alerts = `${held} open alert${held === 1 ? ' is' : 's are'} silenced by it`;
  return writeOut(
    `silence ${safeText(silence.id)}: ${safeText(matchersText(silence.matchers))}, ${when(silence, nowMs)}; ${alerts}\n`,
  );
}

function listCommand(): Command {
  const command = new Command('list')
    .description('the silences in force and to come')
    .option('--expired', 'those that have ended lately')
    .option('--all', 'all that are kept')
    .addOption(outputOption('table for people, json for programs (one silence a line)'))
    .allowExcessArguments(true)
    .action(async (options: ServerOptions & Output & { expired?: true; all?: true }, self: Command) => {
      await refuseStray(self);
      await interruptible((signal) => list(options, signal));
    });
  return withServerOptions(command);
}

async function list(
  options: ServerOptions & Output & { readonly expired?: true; readonly all?: true },
  signal: AbortSignal,
): Promise<void> {
  const client = await connect(options, signal);
  const state = options.all ? 'all' : options.expired ? 'expired' : undefined;
  const silences = await client.all('silences', { state }, signal);
  if (options.output === 'json') {
    for (const silence of silences) await writeOut(`${safeJson(silence)}\n`);
    return;
  }
  if (silences.length === 0) return writeOut(`no ${state === 'expired' ? 'ended ' : ''}silences\n`);
  const { silenceTable } = await import('../silence/silence-list.ts');
  const alerts = await client.all('alerts', { status: 'open', suppressed: 'true' }, signal);
  const colours = palette({ colour: wantsColour(process.stdout, process.env) });
  return writeOut(`${silenceTable(silences, alerts, colours, Date.now()).join('\n')}\n`);
}

function expireCommand(): Command {
  const command = new Command('expire')
    .description('end silences now')
    .argument('<ids...>', 'their ids, or the beginnings')
    .addOption(outputOption())
    .action((ids: string[], options: ServerOptions & Output) =>
      interruptible((signal) => expire(ids, options, signal)),
    );
  return withServerOptions(command);
}

async function expire(ids: readonly string[], options: ServerOptions & Output, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { getSilence } = await import('../silence/silence-list.ts');
  const all = await client.all('silences', { state: 'all' }, signal);
  // All are looked up before the first is ended: a slip in one id changes nothing.
  for (const { id } of ids.map((text) => getSilence(all, text))) {
    const silence = await client.delete<SilenceView>(`/api/v1/silences/${encodeURIComponent(id)}`, signal);
    await writeOut(options.output === 'json' ? `${safeJson(silence)}\n` : `silence ${safeText(id)} has ended\n`);
  }
}
