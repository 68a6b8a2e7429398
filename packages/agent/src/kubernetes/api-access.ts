/** How to reach the API server, and as whom. */
import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { Config } from '../config/schema.ts';
import { SERVICE_ACCOUNT_DIRECTORY, ServiceAccountAccess } from './service-account-access.ts';

export interface ApiAccess {
  /** May have a path, as behind a proxy of clusters. */
  readonly server: URL;
  /** Headers, TLS settings and agent of one request. Read anew each time: tokens and certificates change. */
  options(): Promise<RequestOptions>;
  /** The API server did not take the credentials: the next `options` gets others where it can. */
  renew(): void;
}

export type KubernetesSettings = Config['kubernetes'];

/** Where the process itself stands, replaced in tests. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly serviceAccount: string;
}

const HERE: Surroundings = { env: process.env, serviceAccount: SERVICE_ACCOUNT_DIRECTORY };

/**
 * Undefined: the API server is not to be followed. `auto` follows it where a kubeconfig is named, or where a service
 * account's token is mounted. Throws NG_ERR_KUBERNETES_CONFIG when it is to be followed and cannot be reached at all.
 */
export async function openApiAccess(
  { enabled, kubeconfig, context }: KubernetesSettings,
  { env, serviceAccount }: Surroundings = HERE,
): Promise<ApiAccess | undefined> {
  if (enabled === 'never') return undefined;
  if (kubeconfig !== undefined) {
    /* Not loaded before it is needed: the client library in it is large (docs/adr/0014-kubernetes-api.md). */
    const { openKubeconfig } = await import('./kubeconfig-access.ts');
    return openKubeconfig(kubeconfig, context);
  }
  if (enabled === 'auto' && !existsSync(`${serviceAccount}/token`)) return undefined;
  return ServiceAccountAccess.open(env, serviceAccount);
}
