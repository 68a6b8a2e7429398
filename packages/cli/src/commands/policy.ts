import { Command, Option } from 'commander';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { wholeNumber } from './number-argument.ts';
import { withServerOptions } from './server-options.ts';

export interface GenerateFlags extends ServerOptions {
  readonly namespace?: string;
  readonly fromAlert?: string;
  readonly format: 'kubernetes' | 'cilium';
  /** True: against what the cluster has. */
  readonly diff?: readonly string[] | true;
  readonly explain?: true;
  readonly includeRare?: true;
  readonly includeAlerted?: true;
  readonly maxBlocks: number;
  readonly prefix: number;
  readonly output: 'yaml' | 'json';
}

/** `netguard policy generate`. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('NetworkPolicies that allow what was seen and nothing else')
    .addCommand(generateCommand());
}

function generateCommand(): Command {
  const command = new Command('generate')
    .description('write a least-privilege NetworkPolicy for each workload, from the edges that were seen')
    .option('-n, --namespace <name>', 'only for workloads of this namespace; unless set all but Kubernetes’ own')
    .option('--from-alert <id>', 'only the narrowest policy that would have stopped this alert')
    .addOption(
      new Option('--format <format>', 'NetworkPolicy, or CiliumNetworkPolicy')
        .choices(['kubernetes', 'cilium'])
        .default('kubernetes'),
    )
    .option(
      '--diff [files...]',
      'in place of the policies what would change in these files of NetworkPolicies; without a file, in the cluster',
    )
    .option('--explain', 'tell in comments from which edges each rule comes, and what was left out')
    .option('--include-rare', 'allow also what was seen once')
    .option('--include-alerted', 'allow also what an open alert is about')
    .option(
      '--max-blocks <count>',
      'ranges of addresses outside in one rule before they are widened',
      wholeNumber(1, 1000),
      16,
    )
    .option('--prefix <length>', 'length of IPv4 prefixes of addresses outside to begin with', wholeNumber(8, 32), 32)
    .addOption(
      new Option('-o, --output <format>', 'YAML with comments, or JSON').choices(['yaml', 'json']).default('yaml'),
    )
    .addHelpText(
      'after',
      `
Policies go to standard output, remarks to standard error. They are read back and judged before they are printed: every edge
that they come from must be allowed. NetGuard applies nothing.

Examples:
  $ netguard policy generate -n shop --explain
  $ netguard policy generate -n shop > shop.yaml && kubectl apply --dry-run=server -f shop.yaml
  $ netguard policy generate -n shop --diff policies/*.yaml
  $ netguard policy generate -n shop --diff
  $ netguard policy generate --from-alert 01J8
  $ netguard policy generate --format cilium -o json

docs/guide/network-policies.md tells how to bring them into use without an outage.`,
    )
    .action((flags: GenerateFlags) =>
      interruptible(async (signal) => {
        const { runGenerate } = await import('../policy/run-generate.ts');
        await runGenerate(flags, signal);
      }),
    );
  return withServerOptions(command);
}
