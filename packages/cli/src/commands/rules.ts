import { Command } from 'commander';
import { interruptible } from '../failure/interruptible.ts';
import { wholeNumber } from './number-argument.ts';
import { outputOption, type TableOrJson } from './output-option.ts';

export interface CheckFlags {
  readonly output: TableOrJson;
  readonly var: readonly string[];
  readonly classification?: string;
  /** Refused rules that are listed for each keyword. */
  readonly lines: number;
}

/** `netguard rules check`. */
export function rulesCommand(): Command {
  return new Command('rules').description('Suricata rules: whether they can be honoured').addCommand(checkCommand());
}

function checkCommand(): Command {
  return new Command('check')
    .description('say how many rules of these files load, and which keyword keeps the rest from it')
    .argument('<file...>', 'rule files, or directories with *.rules in them')
    .option(
      '--var <name=value>',
      'an address or port variable, such as HOME_NET=[10.0.0.0/8]; may be repeated',
      collect,
      [],
    )
    .option('--classification <file>', 'a classification.config with further classes')
    .option('--lines <count>', 'refused rules to list for each keyword', wholeNumber(0, 100_000), 3)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A rule is loaded whole or not at all. Status 1 when a rule is refused. Data sets that rules load are looked for beside the
rule files.

Examples:
  $ netguard rules check emerging-*.rules
  $ netguard rules check rules/ --var HOME_NET=10.0.0.0/8 --lines 100
  $ netguard rules check local.rules -o json

docs/reference/rules.md lists the keywords.`,
    )
    .action((files: readonly string[], flags: CheckFlags) =>
      interruptible(async () => {
        const { runCheck } = await import('../rules/run-check.ts');
        await runCheck(files, flags);
      }),
    );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
