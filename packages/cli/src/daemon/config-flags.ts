import { type Command, Option } from 'commander';

/** Flags of `run`, `agent` and `demo` that lie over the configuration file. */
export interface ConfigFlags {
  readonly config?: string;
  readonly listen?: string;
  readonly identities?: string;
  readonly rules?: readonly string[];
  readonly stateDir?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly cluster?: string;
  readonly node?: string;
}

/** Adds the flags; each stands for one key of the configuration. */
export function withConfigFlags(command: Command, listen: string): Command {
  return command
    .option('-c, --config <file>', 'configuration, YAML (docs/reference/configuration.md)')
    .option('--listen <address:port>', `where to serve HTTP (server.listen; ${listen} unless set)`)
    .option('--identities <file>', 'who is who, YAML (identity.file; docs/reference/identity.md)')
    .addOption(rulesOption())
    .option('--state-dir <directory>', 'where open alerts outlive a restart (stateDir)')
    .option('--cluster <name>', 'name of the cluster in alerts (cluster)')
    .option('--node <name>', 'name of this node (node; the host name unless set)')
    .addOption(
      new Option('--log-level <level>', 'lowest level written (log.level)').choices(['debug', 'info', 'warn', 'error']),
    )
    .addOption(new Option('--log-format <format>', 'form of the log (log.format)').choices(['auto', 'json', 'pretty']));
}

/** `--rules`, which may be repeated. */
export function rulesOption(): Option {
  return new Option(
    '--rules <file>',
    'Suricata rules, a file or a directory of *.rules; may be repeated (rules.files)',
  ).argParser((name: string, before: readonly string[] | undefined) => [...(before ?? []), name]);
}

/** The flags as a part of the configuration, nested as in the file; undefined values are left out by the loader. */
export function configPart(flags: ConfigFlags): Record<string, unknown> {
  return {
    cluster: flags.cluster,
    node: flags.node,
    stateDir: flags.stateDir,
    server: { listen: flags.listen },
    identity: { file: flags.identities },
    rules: { files: flags.rules },
    log: { level: flags.logLevel, format: flags.logFormat },
  };
}

/** Variables of the command itself: they are no settings of the daemon. */
const OWN_VARIABLES: ReadonlySet<string> = new Set([
  'NETGUARD_SERVER',
  'NETGUARD_TOKEN_FILE',
  'NETGUARD_TLS_CA_FILE',
  'NETGUARD_DEBUG',
]);

/** The environment as the configuration reads it. */
export function configEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.has(name)));
}
