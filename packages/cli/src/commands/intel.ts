import { Command, Option } from 'commander';
import type { IntelListView, IntelTestView, List } from '../client/api-types.ts';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';
import { refuseStray } from './stray-argument.ts';

type Options = ServerOptions & { readonly output: TableOrJson };

const KINDS = ['address', 'domain', 'url', 'ja3', 'ja3s', 'ja4', 'hassh', 'hassh-server', 'certificate'];

/** `netguard intel status|test`. */
export function intelCommand(): Command {
  return new Command('intel')
    .description('lists of bad addresses, names and fingerprints: how they do, what they say of a value')
    .addCommand(statusCommand(), { isDefault: true })
    .addCommand(testCommand())
    .addHelpText(
      'after',
      `
Lists are configured under intel.lists; what is never to be alerted of under intel.allow.

Examples:
  $ netguard intel                               entries, age and problems of each list
  $ netguard intel test 198.51.100.7:443
  $ netguard intel test www.example.org
  $ netguard intel test --kind ja3 d41d8cd98f00b204e9800998ecf8427e`,
    );
}

function statusCommand(): Command {
  const command = new Command('status')
    .description('the lists: entries, age, what was not understood, and why the newest could not be had')
    .addOption(outputOption('table for people, json for programs (one list a line)'))
    .allowExcessArguments(true)
    .action(async (options: Options, self: Command) => {
      await refuseStray(self);
      await interruptible((signal) => status(options, signal));
    });
  return withServerOptions(command);
}

async function status(options: Options, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { items } = await client.get<List<IntelListView>>('/api/v1/intel', signal);
  if (options.output === 'json') {
    for (const list of items) await writeOut(`${safeJson(list)}\n`);
    return;
  }
  if (items.length === 0) return writeOut('no lists are configured (intel.lists)\n');
  const { intelTable } = await import('../intel/intel-table.ts');
  return writeOut(`${intelTable(items, colours(), Date.now()).join('\n')}\n`);
}

function testCommand(): Command {
  const command = new Command('test')
    .description('what the lists say of an address, name, URL or hash; status 1 when none that alerts has it')
    .argument('<value>', 'as a list would write it; an address may have a port')
    .addOption(new Option('--kind <kind>', 'what it is, where its looks do not say it').choices(KINDS))
    .addOption(outputOption())
    .action((value: string, options: Options & { kind?: string }) =>
      interruptible((signal) => test(value, options, signal)),
    );
  return withServerOptions(command);
}

async function test(value: string, options: Options & { readonly kind?: string }, signal: AbortSignal): Promise<void> {
  const { checkValue } = await import('../intel/check-value.ts');
  checkValue(value, options.kind);
  const client = await connect(options, signal);
  const query = new URLSearchParams({ value, ...(options.kind !== undefined && { kind: options.kind }) });
  const answer = await client.get<IntelTestView>(`/api/v1/intel/test?${query}`, signal);
  if (answer.verdict === undefined) process.exitCode = 1;
  if (options.output === 'json') return writeOut(`${safeJson(answer, 2)}\n`);
  const { testLines } = await import('../intel/intel-table.ts');
  return writeOut(`${testLines(answer, colours()).join('\n')}\n`);
}

function colours() {
  return palette({ colour: wantsColour(process.stdout, process.env) });
}
