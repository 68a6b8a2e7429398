import { type Command, Option } from 'commander';
import { CliError } from '../failure/cli-error.ts';
import { type FilterFlag, FlowFilter, type NamespaceContext } from './flow-filter.ts';
import { REFUSED_FLAGS } from './refused-flags.ts';

type Token = { readonly flag: FilterFlag; readonly value: string } | 'not';

const ENDPOINT_FLAGS: readonly (readonly [name: string, value: string, text: string])[] = [
  ['pod', '[ns/]name', 'of pods whose name begins so'],
  ['ip', 'ip or cidr', 'of an address or a range'],
  ['port', 'port', 'of a port'],
  ['service', '[ns/]name', 'of services whose name begins so'],
  ['workload', '[kind/]name', 'of a workload'],
];

/**
 * Adds Hubble's filter flags to `observe`. The order in which they are written matters (`--not` reverses the next one), so
 * they are collected as they come; `build` makes the filter once all are known.
 */
export function addFilterOptions(command: Command): { build(context: NamespaceContext): FlowFilter } {
  const tokens: Token[] = [];
  const add = (option: Option, flag: FilterFlag): void => {
    command.addOption(
      option.argParser((value: string) => {
        tokens.push({ flag, value });
        return value;
      }),
    );
  };
  command.optionsGroup('Filters (values of one flag are alternatives, different flags must all hold):');
  add(new Option('-n, --namespace <name>', 'either end in this namespace'), 'namespace');
  add(new Option('--from-namespace <name>', 'coming from this namespace'), 'from-namespace');
  add(new Option('--to-namespace <name>', 'going to this namespace'), 'to-namespace');
  for (const [name, value, text] of ENDPOINT_FLAGS) {
    add(new Option(`--${name} <${value}>`, `either end ${text}`), name as FilterFlag);
    add(new Option(`--from-${name} <${value}>`, `only the source`), `from-${name}` as FilterFlag);
    add(new Option(`--to-${name} <${value}>`, `only the destination`), `to-${name}` as FilterFlag);
  }
  add(new Option('--protocol <name>', 'tcp, udp, icmp, icmpv4, icmpv6 or sctp'), 'protocol');
  add(new Option('--verdict <verdict>', 'FORWARDED, DROPPED (refused, timed out) or ERROR (reset)'), 'verdict');
  add(new Option('-t, --type <type>', 'trace or drop'), 'type');
  add(new Option('--traffic-direction <direction>', 'ingress or egress'), 'traffic-direction');
  add(new Option('--ip-version <version>', 'v4 or v6'), 'ip-version');
  add(new Option('--uuid <id>', 'one flow'), 'uuid');
  add(new Option('--node-name <pattern>', 'seen by this node; * stands for anything'), 'node-name');
  command
    .addOption(new Option('-4, --ipv4', 'only IPv4').conflicts('ipv6'))
    .addOption(new Option('-6, --ipv6', 'only IPv6'))
    .option('-A, --all-namespaces', 'a pod name without a namespace means any, not `default`')
    .option('--not', 'reverse the next filter: --not --from-ip 10.0.0.1');
  command.on('option:not', () => tokens.push('not'));
  command.on('option:ipv4', () => tokens.push({ flag: 'ip-version', value: 'v4' }));
  command.on('option:ipv6', () => tokens.push({ flag: 'ip-version', value: 'v6' }));
  addRefused(command);
  command.optionsGroup('Options:');
  return {
    build(context) {
      const filter = new FlowFilter();
      for (const token of tokens) {
        if (token === 'not') filter.negateNext();
        else filter.add(token.flag, token.value, context);
      }
      filter.finish();
      return filter;
    },
  };
}

/** Hidden from the help, known to the parser: each says why it cannot be honoured. */
function addRefused(command: Command): void {
  for (const { flags, why, hint } of REFUSED_FLAGS) {
    const option = new Option(flags).hideHelp();
    command.addOption(option);
    command.on(`option:${option.name()}`, () => {
      throw new CliError('NG_ERR_CLI_REFUSED_FLAG', `reading ${option.long}`, why, hint === undefined ? {} : { hint });
    });
  }
}
