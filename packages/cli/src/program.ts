import { Command } from 'commander';
import { versionCommand } from './commands/version.ts';
import { houseStyle } from './help-style.ts';

const CHECK = 'Check and set up:';

/** The whole command line as a tree; each command loads what it needs only when it runs. */
export function buildProgram(): Command {
  const program = houseStyle(new Command('netguard'))
    .description('Watches the network traffic of every pod on this machine with eBPF and tells when it is an attack.')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Examples:
  $ sudo netguard demo                 a small cluster, its traffic and a real attack, in a minute
  $ sudo netguard run                  watch this machine; then, in another terminal:
  $ netguard top                       who talks how much, now
  $ netguard observe -f --pod shop/web every connection of these pods, as they end
  $ netguard alerts                    what looks like an attack, and why

Every command has its own help: netguard <command> --help`,
    );
  for (const [group, command] of [[CHECK, versionCommand()]] as const) {
    program.addCommand(houseStyle(command).helpGroup(group));
  }
  return program;
}
