/**
 * In a pod: the files of its service account, and the address that the kubelet put into the environment. Own code, since
 * the client library would cost an agent that is short of memory 34 MiB for it (docs/adr/0014-kubernetes-api.md).
 */
import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:https';
import { isIPv6 } from 'node:net';
import { NetGuardError } from '@netguard/core';
import type { ApiAccess } from './api-access.ts';

export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

export class ServiceAccountAccess implements ApiAccess {
  readonly server: URL;
  readonly #directory: string;
  readonly #agent = new Agent({ keepAlive: true });

  /** Throws NG_ERR_KUBERNETES_CONFIG when this is no pod with a service account. */
  static open(env: Readonly<Record<string, string | undefined>>, directory: string): ServiceAccountAccess {
    const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
    const url = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    try {
      if (host === '') throw new Error('KUBERNETES_SERVICE_HOST is not set');
      const access = new ServiceAccountAccess(new URL(url), directory);
      access.#read();
      return access;
    } catch (cause) {
      throw new NetGuardError('NG_ERR_KUBERNETES_CONFIG', 'using the service account of this pod', {
        cause,
        hint: 'Outside a cluster set kubernetes.kubeconfig, or kubernetes.enabled to never. In a pod see that automountServiceAccountToken is not false.',
      });
    }
  }

  private constructor(server: URL, directory: string) {
    this.server = server;
    this.#directory = directory;
  }

  async options(): Promise<RequestOptions> {
    const { token, ca } = this.#read();
    return { agent: this.#agent, headers: { authorization: `Bearer ${token}` }, ca };
  }

  /** Nothing is kept: the kubelet replaces the token in time, and every request reads it. */
  renew(): void {}

  #read(): { readonly token: string; readonly ca: string } {
    const token = readFileSync(`${this.#directory}/token`, 'utf8').trim();
    if (token === '') throw new Error(`${this.#directory}/token is empty`);
    return { token, ca: readFileSync(`${this.#directory}/ca.crt`, 'utf8') };
  }
}
