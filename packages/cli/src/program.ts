import { Command } from 'commander';
import { alertsCommand } from './commands/alerts.ts';
import { baselineCommand } from './commands/baseline.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { detectorsCommand } from './commands/detectors.ts';
import { doctorCommand } from './commands/doctor.ts';
import { intelCommand } from './commands/intel.ts';
import { observeCommand } from './commands/observe.ts';
import { policyCommand } from './commands/policy.ts';
import { programsCommand } from './commands/programs.ts';
import { replayCommand } from './commands/replay.ts';
import { rulesCommand } from './commands/rules.ts';
import { daemonCommand } from './commands/run.ts';
import { silenceCommand } from './commands/silence.ts';
import { statusCommand } from './commands/status.ts';
import { topCommand } from './commands/top.ts';
import { versionCommand } from './commands/version.ts';
import { houseStyle } from './help-style.ts';
import { netguardVersion } from './version.ts';

/** The whole command line as a tree; each command loads what it needs only when it runs. */
export function buildProgram(): Command {
  const program = houseStyle(new Command('netguard'))
    .usage('<command> [options]')
    .description('Watches the network traffic of every pod on this machine with eBPF and tells when it is an attack.')
    .version(netguardVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this; `netguard <command> --help` tells more')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
  const groups: Readonly<Record<string, readonly Command[]>> = {
    'Watch this machine:': [daemonCommand('run'), daemonCommand('agent'), demoCommand()],
    'See what is going on:': [topCommand(), observeCommand(), alertsCommand(), replayCommand(), statusCommand()],
    'Tune it:': [
      detectorsCommand(),
      silenceCommand(),
      baselineCommand(),
      policyCommand(),
      intelCommand(),
      rulesCommand(),
      programsCommand(),
    ],
    'Check and set up:': [doctorCommand(), configCommand(), versionCommand()],
  };
  for (const [group, commands] of Object.entries(groups)) {
    for (const command of commands) program.addCommand(houseStyle(command).helpGroup(group));
  }
  return program;
}

const EXAMPLES = `
Examples:
  $ sudo netguard demo                   a small cluster, its traffic and a real attack, in a minute
  $ sudo netguard run                    watch this machine; then, in another terminal:
  $ netguard top                         who talks how much, now
  $ netguard observe -f --pod shop/web   the connections of these pods, as they come
  $ netguard alerts                      what looks like an attack, and why`;
