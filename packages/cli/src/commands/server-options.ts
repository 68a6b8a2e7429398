import { type Command, Option } from 'commander';
import { type ApiClient, connectApi } from '../client/api-client.ts';
import { type ServerOptions, serverAddress } from '../client/server-address.ts';

/** The options of every command that asks a running NetGuard. */
export function withServerOptions(command: Command): Command {
  command.optionsGroup('Which NetGuard to ask:');
  command
    .addOption(new Option('--server <url>', 'its address (or NETGUARD_SERVER); the one on this machine unless set'))
    .addOption(new Option('--token-file <file>', 'file with the bearer token that it wants (or NETGUARD_TOKEN_FILE)'))
    .addOption(new Option('--tls-ca-file <file>', 'PEM authority to trust for https (or NETGUARD_TLS_CA_FILE)'));
  return command.optionsGroup('Options:');
}

/** The NetGuard that the options, the environment or the defaults name. */
export function connect(
  options: ServerOptions,
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ApiClient> {
  return connectApi(serverAddress(options, env), signal);
}
