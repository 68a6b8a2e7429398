/** Outside a cluster: a kubeconfig, with all that the client library knows of (exec plugins, OIDC, proxies, certificates). */
import { Agent as HttpAgent } from 'node:http';
import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { NetGuardError } from '@netguard/core';
import type { ApiAccess } from './api-access.ts';

/** Throws NG_ERR_KUBERNETES_CONFIG when the file, its context or its cluster cannot be used. */
export function openKubeconfig(file: string, context?: string): ApiAccess {
  const load = (): KubeConfig => {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(file);
    if (context !== undefined) kubeconfig.setCurrentContext(context);
    return kubeconfig;
  };
  try {
    return new KubeconfigAccess(load);
  } catch (cause) {
    throw new NetGuardError('NG_ERR_KUBERNETES_CONFIG', `using the kubeconfig ${file}`, {
      cause,
      hint: 'Check kubernetes.kubeconfig and kubernetes.context; `kubectl --kubeconfig FILE cluster-info` should work.',
    });
  }
}

class KubeconfigAccess implements ApiAccess {
  readonly server: URL;
  readonly #load: () => KubeConfig;
  readonly #agent: Agent | HttpAgent;
  #kubeconfig: KubeConfig;

  constructor(load: () => KubeConfig) {
    this.#load = load;
    this.#kubeconfig = load();
    const name = this.#kubeconfig.getCurrentContext() ?? '';
    if (this.#kubeconfig.getContextObject(name) === null) throw new Error(`it has no context "${name}"`);
    const cluster = this.#kubeconfig.getCurrentCluster();
    if (cluster === null) throw new Error(`the cluster of its context "${name}" is missing`);
    if (!URL.canParse(cluster.server)) throw new Error(`the server of its context "${name}" is no URL`);
    this.server = new URL(cluster.server);
    this.#agent =
      this.server.protocol === 'http:' ? new HttpAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  }

  async options(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await this.#kubeconfig.applyToHTTPSOptions(options);
    const { agent, ...own } = options;
    /* The library's agent carries a proxy, where there is one; else connections are kept by ours, with the same TLS. */
    if (this.#kubeconfig.getCurrentCluster()?.proxyUrl !== undefined) return options;
    const tls = (agent as { readonly options?: AgentOptions } | undefined)?.options ?? {};
    const { ca, cert, key, servername, rejectUnauthorized } = tls;
    return { ...defined({ ca, cert, key, servername, rejectUnauthorized }), ...own, agent: this.#agent };
  }

  renew(): void {
    this.#kubeconfig = this.#load();
  }
}

function defined(options: Readonly<Record<string, unknown>>): RequestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
