import type { Severity } from '@netguard/core';
import { Command, Option } from 'commander';
import { rulesOption } from '../daemon/config-flags.ts';
import { CliError } from '../failure/cli-error.ts';
import { interruptible } from '../failure/interruptible.ts';
import { outputOption, type TableOrJson } from './output-option.ts';

export interface ReplayFlags {
  readonly output: TableOrJson;
  readonly config?: string;
  readonly identities?: string;
  readonly rules?: readonly string[];
  readonly failOn?: Severity;
}

/** `netguard replay FILE…`: exit status 1 when `--fail-on` is reached, or when a capture could not be read to its end. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('what the detectors make of captures (pcap, pcapng): needs no root, watches nothing')
    .argument('<files...>', 'captures, in any order; - is standard input')
    .option('-c, --config <file>', 'configuration, YAML: detectors, their modes and parameters apply')
    .option('--identities <file>', 'who is who, YAML (docs/reference/identity.md)')
    .addOption(rulesOption())
    .addOption(
      new Option('--fail-on <severity>', 'end with status 1 when an alert is as severe').choices([
        'low',
        'medium',
        'high',
        'critical',
      ]),
    )
    .addOption(outputOption('table for people, json for programs (an alert a line, then the summary)'))
    .addHelpText(
      'after',
      `
Examples:
  $ netguard replay attack.pcap
  $ tcpdump -i eth0 -w - | netguard replay -
  $ netguard replay --identities pods.yaml monday.pcapng tuesday.pcapng
  $ netguard replay --rules emerging.rules suspicious.pcap
  $ netguard replay -o json --fail-on medium test.pcap | jq -c 'select(.rule) | [.rule, .severity]'

Several captures are read as one, by the time of their packets. docs/reference/replay.md says what a capture shows.`,
    )
    .action((files: string[], flags: ReplayFlags) => {
      if (files.filter((file) => file === '-').length > 1) {
        throw new CliError('NG_ERR_CLI_USAGE', 'reading the captures', "'-' is given more than once", {
          hint: 'Standard input can be read once.',
        });
      }
      return interruptible(async (signal) => {
        const { runReplay } = await import('../replay/run-replay.ts');
        await runReplay(files, flags, signal);
      });
    });
}
