import type { ServerOptions } from '../client/server-address.ts';
import { CliError } from '../failure/cli-error.ts';
import { REFUSED_VARIABLES } from './refused-flags.ts';

export interface HubbleEnvironment {
  /** What the variables say where flags and NETGUARD_* say nothing. */
  readonly defaults: ServerOptions;
  readonly notes: readonly string[];
}

/**
 * HUBBLE_SERVER and HUBBLE_TLS_CA_CERT_FILES where they can be meant for NetGuard. Hubble's server speaks gRPC: an address
 * of that kind is said not to be used; filters in HUBBLE_ALLOWLIST and HUBBLE_DENYLIST are refused, since they would change
 * what is shown. @throws CliError NG_ERR_CLI_REFUSED_FLAG
 */
export function hubbleEnvironment(env: Readonly<Record<string, string | undefined>>): HubbleEnvironment {
  for (const name of REFUSED_VARIABLES) {
    if (env[name]) {
      throw new CliError('NG_ERR_CLI_REFUSED_FLAG', `reading ${name}`, 'raw filters are not supported', {
        hint: `Unset ${name} and write the filter as flags.`,
      });
    }
  }
  const server = env.NETGUARD_SERVER ? undefined : env.HUBBLE_SERVER || undefined;
  const usable = server !== undefined && /^https?:\/\//.test(server);
  const ca = env.NETGUARD_TLS_CA_FILE ? undefined : env.HUBBLE_TLS_CA_CERT_FILES?.split(/[\s,]+/)[0] || undefined;
  return {
    defaults: { server: usable ? server : undefined, tlsCaFile: usable ? ca : undefined },
    notes:
      server !== undefined && !usable
        ? [`note: HUBBLE_SERVER is a gRPC address and is not used; NETGUARD_SERVER names a NetGuard to ask.`]
        : [],
  };
}
