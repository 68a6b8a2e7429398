import { Command } from 'commander';
import type { ApiClient } from '../client/api-client.ts';
import type { List, MapDump, ProgramView } from '../client/api-types.ts';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { safeText } from '../text/safe-text.ts';
import { writeOut } from '../text/write-out.ts';
import { cgroupDirectory } from './cgroup-argument.ts';
import { wholeNumber } from './number-argument.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';
import { refuseStray } from './stray-argument.ts';
import { userName } from './user-name.ts';

type Options = ServerOptions & { readonly output: TableOrJson };

interface LoadOptions extends Options {
  readonly name?: string;
  readonly set: readonly string[];
  readonly cgroup?: string;
  readonly interface?: string;
  readonly frequency?: number;
  readonly pin?: true;
}

/** Compiling, verifying and a script's start take seconds. */
const PATIENCE = { idleMs: 60_000 };

/** `netguard programs load|list|show|reload|unload|maps`. */
export function programsCommand(): Command {
  return new Command('programs')
    .description('kernel programs of your own: load, list, show, maps, reload, unload')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(loadCommand())
    .addCommand(showCommand())
    .addCommand(mapsCommand())
    .addCommand(reloadCommand())
    .addCommand(unloadCommand())
    .addHelpText(
      'after',
      `
A program is a C source (NAME.bpf.c, compiled where NetGuard runs), an object (NAME.bpf.o) or a bpftrace script (NAME.bt).
NAME.yaml beside it says what becomes of its maps. It runs until it is unloaded or NetGuard ends; programs.load in the
configuration is for those that are to come back.

Examples:
  $ netguard programs load examples/syn-count/syn-count.bpf.c
  $ netguard programs load pod-traffic.bpf.o --cgroup /sys/fs/cgroup
  $ netguard programs maps syn-count --watch
  $ netguard programs unload syn-count`,
    );
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function loadCommand(): Command {
  const command = new Command('load')
    .description('load a program into the running NetGuard')
    .argument('<file>', 'NAME.bpf.c, NAME.bpf.o or NAME.bt')
    .option('--name <name>', "what to call it; the file's name without its ending unless set")
    .option('--set <key=value>', 'set a global variable of the program; may be given more than once', collect, [])
    .option(
      '--cgroup <path>',
      'directory of a cgroup v2, for cgroup_skb, cgroup and sockops functions',
      cgroupDirectory,
    )
    .option('--interface <name>', 'network interface, for tcx and xdp functions')
    .option(
      '--frequency <hertz>',
      'how often perf_event functions run on each CPU in a second: 1 to 1000',
      wholeNumber(1, 1000),
    )
    .option('--pin', 'let others open its maps below /sys/fs/bpf/netguard while it is loaded')
    .addOption(outputOption())
    .action((file: string, options: LoadOptions) => interruptible((signal) => load(file, options, signal)));
  return withServerOptions(command);
}

async function load(path: string, options: LoadOptions, signal: AbortSignal): Promise<void> {
  const { parseSettings, readProgram } = await import('../programs/read-program.ts');
  const { name, cgroup, interface: target, frequency, pin } = options;
  const body = {
    ...(await readProgram(path)),
    ...(name === undefined ? {} : { name }),
    set: parseSettings(options.set),
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(target === undefined ? {} : { interface: target }),
    ...(frequency === undefined ? {} : { frequency }),
    pin: pin === true,
    by: userName(),
  };
  const client = await connect(options, signal);
  const program = await client.post<ProgramView>('/api/v1/programs', body, signal, PATIENCE);
  return writeOut(options.output === 'json' ? `${safeJson(program, 2)}\n` : `${summary(program, 'is loaded')}\n`);
}

function listCommand(): Command {
  const command = new Command('list')
    .description('the programs that are loaded')
    .addOption(outputOption('table for people, json for programs (one program a line)'))
    .allowExcessArguments(true)
    .action(async (options: Options, self: Command) => {
      await refuseStray(self);
      await interruptible((signal) => list(options, signal));
    });
  return withServerOptions(command);
}

async function list(options: Options, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { items } = await client.get<List<ProgramView>>('/api/v1/programs', signal);
  if (options.output === 'json') {
    for (const program of items) await writeOut(`${safeJson(program)}\n`);
    return;
  }
  if (items.length === 0) return writeOut('no programs are loaded\n');
  const { programTable } = await import('../programs/program-text.ts');
  const colours = palette({ colour: wantsColour(process.stdout, process.env) });
  return writeOut(`${programTable(items, colours, Date.now()).join('\n')}\n`);
}

function showCommand(): Command {
  const command = new Command('show')
    .description('everything about one program')
    .argument('<name>', 'its name')
    .addOption(outputOption())
    .action((name: string, options: Options) => interruptible((signal) => show(name, options, signal)));
  return withServerOptions(command);
}

async function show(name: string, options: Options, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const program = await client.get<ProgramView>(path(name), signal);
  if (options.output === 'json') return writeOut(`${safeJson(program, 2)}\n`);
  const { programLines } = await import('../programs/program-text.ts');
  return writeOut(`${programLines(program).join('\n')}\n`);
}

function mapsCommand(): Command {
  const command = new Command('maps')
    .description('the entries of its maps')
    .argument('<name>', 'its name')
    .option('-w, --watch', 'again each second, until interrupted')
    .addOption(outputOption())
    .action((name: string, options: Options & { watch?: true }) =>
      interruptible((signal) => maps(name, options, signal)),
    );
  return withServerOptions(command);
}

async function maps(name: string, options: Options & { readonly watch?: true }, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  for (;;) {
    await writeOut(await mapsText(client, name, options.output, signal));
    if (options.watch !== true) return;
    const { setTimeout: delay } = await import('node:timers/promises');
    await delay(1000, undefined, { signal });
  }
}

async function mapsText(client: ApiClient, name: string, output: TableOrJson, signal: AbortSignal): Promise<string> {
  const { items } = await client.get<List<MapDump>>(`${path(name)}/maps`, signal);
  if (output === 'json') return items.map((dump) => `${safeJson(dump)}\n`).join('');
  if (items.length === 0) return 'it has no maps with entries\n';
  const { dumpLines } = await import('../programs/program-text.ts');
  return `${dumpLines(items).join('\n')}\n`;
}

function reloadCommand(): Command {
  const command = new Command('reload')
    .description('load a program anew from its file; the running one goes on when the new one is refused')
    .argument('<name>', 'its name')
    .argument('[file]', 'another file; the one it was loaded from unless given')
    .addOption(outputOption())
    .action((name: string, file: string | undefined, options: Options) =>
      interruptible((signal) => reload(name, file, options, signal)),
    );
  return withServerOptions(command);
}

async function reload(name: string, file: string | undefined, options: Options, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const known = await client.get<ProgramView>(path(name), signal);
  const { readProgram } = await import('../programs/read-program.ts');
  // Files of the configuration lie where NetGuard runs, which may be elsewhere.
  const from = file ?? (known.origin === 'api' ? known.path : undefined);
  const body = { ...(from === undefined ? {} : await readProgram(from)), by: userName() };
  const program = await client.post<ProgramView>(`${path(name)}/reload`, body, signal, PATIENCE);
  return writeOut(options.output === 'json' ? `${safeJson(program, 2)}\n` : `${summary(program, 'is loaded anew')}\n`);
}

function unloadCommand(): Command {
  const command = new Command('unload')
    .description('end programs; nothing of them is left')
    .argument('<names...>', 'their names')
    .addOption(outputOption())
    .action((names: string[], options: Options) => interruptible((signal) => unload(names, options, signal)));
  return withServerOptions(command);
}

async function unload(names: readonly string[], options: Options, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  for (const name of names) {
    const program = await client.delete<ProgramView>(path(name), signal);
    await writeOut(options.output === 'json' ? `${safeJson(program)}\n` : `program ${safeText(name)} is unloaded\n`);
  }
}

function path(name: string): string {
  return `/api/v1/programs/${encodeURIComponent(name)}`;
}

function summary({ name, hooks, maps: all }: ProgramView, what: string): string {
  const on = hooks.map(({ section }) => safeText(section)).join(', ');
  // Those of global variables have a name of libbpf's, which says nothing.
  const own = all.map((map) => safeText(map.name)).filter((map) => !map.includes('.'));
  return `program ${safeText(name)} ${what}: ${on || 'bpftrace'}; maps: ${own.join(', ') || 'none'}`;
}
