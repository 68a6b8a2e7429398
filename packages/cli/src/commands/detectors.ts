import { Command, Option } from 'commander';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { explainCommand } from './alerts.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';
import { refuseStray } from './stray-argument.ts';

interface DetectorOptions extends ServerOptions {
  readonly output: TableOrJson;
}

/** `netguard detectors [list|show|explain]`. */
export function detectorsCommand(): Command {
  return new Command('detectors')
    .description('what is looked for, with which limits: list, show one, explain an alert')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(showCommand())
    .addCommand(explainCommand('why an alert was raised: its limits, what was observed, how to tune'))
    .addHelpText(
      'after',
      `
A detector is in mode alert, observe (it says what it would alert of: netguard alerts list --observed) or off, for all
or for the targets of one namespace.

Examples:
  $ netguard detectors                       modes, state and errors; a star marks a mode that is not the default
  $ netguard detectors show syn-flood        every parameter: value, default, limits, where the default comes from
  $ netguard detectors explain 01J8          what an alert exceeded, and by how much`,
    );
}

function listCommand(): Command {
  const command = new Command('list')
    .description('all detectors, a line each')
    .addOption(new Option('--mode <mode>', 'only those in this mode').choices(['alert', 'observe', 'off']))
    .addOption(outputOption('table for people, json for programs (one detector a line)'))
    .allowExcessArguments(true)
    .action(async (options: DetectorOptions & { mode?: string }, self: Command) => {
      await refuseStray(self);
      await interruptible((signal) => list(options, signal));
    });
  return withServerOptions(command);
}

async function list(options: DetectorOptions & { readonly mode?: string }, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const detectors = await client.all('detectors', { mode: options.mode }, signal);
  if (options.output === 'json') {
    for (const detector of detectors) await writeOut(`${safeJson(detector)}\n`);
    return;
  }
  if (detectors.length === 0) return writeOut('no detectors\n');
  const { detectorTable } = await import('../detectors/detector-list.ts');
  return writeOut(`${detectorTable(detectors, colours()).join('\n')}\n`);
}

function showCommand(): Command {
  const command = new Command('show')
    .description('one detector: parameters with value, default, unit and source; namespaces; state')
    .argument('<id>', 'its id, such as syn-flood, or its beginning')
    .addOption(outputOption())
    .action((id: string, options: DetectorOptions) => interruptible((signal) => show(id, options, signal)));
  return withServerOptions(command);
}

async function show(id: string, options: DetectorOptions, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { getDetector } = await import('../detectors/detector-list.ts');
  const detector = getDetector(await client.all('detectors', {}, signal), id);
  if (options.output === 'json') return writeOut(`${safeJson(detector, 2)}\n`);
  const { detectorCard } = await import('../detectors/detector-card.ts');
  return writeOut(`${detectorCard(detector, colours(), process.stdout.columns ?? 100).join('\n')}\n`);
}

function colours() {
  return palette({ colour: wantsColour(process.stdout, process.env) });
}
