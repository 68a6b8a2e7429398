import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { NetGuardError } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { type ListenAddress, parseListenAddress } from '../config/schema-types.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { TokenReview } from '../kubernetes/token-review.ts';
import type { NodeMetrics } from '../metrics/node-metrics.ts';
import type { NodeState } from '../state/node-state.ts';
import { createApp } from './app.ts';
import type { Audit } from './audit.ts';
import { isLoopbackHost } from './host-guard.ts';
import { createLimitedServer, listenError } from './limited-server.ts';
import { readTlsFiles, watchTlsFiles } from './tls-files.ts';
import { TokenFile } from './token-file.ts';

export interface HttpServerOptions {
  readonly server: Config['server'];
  readonly state: NodeState;
  readonly metrics: NodeMetrics;
  readonly onError: (error: unknown) => void;
  readonly audit: Audit;
  readonly heartbeatMs?: number | undefined;
  /** How the API server is reached, for tokens of the cluster. */
  readonly apiServer?: (() => ApiAccess | undefined) | undefined;
}

export interface HttpServer {
  /** `http://127.0.0.1:8410`, with the port that was really taken. */
  readonly url: string;
  /** Ends streams, lets running answers finish for two seconds, then closes every connection. */
  close(): Promise<void>;
}

/** What `close` gives to running answers. */
export const CLOSE_MS = 2000;

/**
 * Listens as configured. Throws NG_ERR_LISTEN_INSECURE (not loopback without TLS and token), NG_ERR_LISTEN (port in use,
 * address not ours), NG_ERR_TOKEN_FILE or NG_ERR_TLS_FILES.
 */
export async function startHttpServer({
  server: config,
  apiServer = () => undefined,
  ...options
}: HttpServerOptions): Promise<HttpServer> {
  const { state } = options;
  const address = checkListen(config);
  const tls = config.tlsCertFile && config.tlsKeyFile ? readTlsFiles(config.tlsCertFile, config.tlsKeyFile) : null;
  const concern = (name: string) => (sentence: string | null) => {
    if (sentence === null) state.concerns.delete(name);
    else state.concerns.set(name, sentence);
  };
  const token = config.tokenFile ? new TokenFile(config.tokenFile, concern('token-file')) : null;
  const adminToken = config.adminTokenFile ? new TokenFile(config.adminTokenFile, concern('admin-token-file')) : null;
  const close = () => {
    token?.close();
    adminToken?.close();
  };
  const review = config.metricsReview ? new TokenReview({ apiServer, onProblem: concern('token-review') }) : undefined;
  const app = createApp({
    ...options,
    access: { listenHost: address.host, metricsPlain: config.metricsPlain, token, adminToken, review },
    serverFactory: (handler) => createLimitedServer(tls, handler),
  });
  try {
    await app.listen(address);
  } catch (cause) {
    close();
    await app.close();
    throw listenError(config.listen, address.port, '--listen', cause);
  }
  const unwatch =
    tls === null
      ? () => undefined
      : watchTlsFiles(app.server as TlsServer, config.tlsCertFile ?? '', config.tlsKeyFile ?? '', concern('tls-files'));
  const { port } = app.server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `${tls === null ? 'http' : 'https'}://${host}:${port}`,
    async close() {
      close();
      unwatch();
      const force = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
      await app.close();
      clearTimeout(force);
    },
  };
}

/** The address to listen on; throws NG_ERR_LISTEN_INSECURE when it needs more than is configured. */
export function checkListen(config: Config['server']): ListenAddress {
  const address = parseListenAddress(config.listen);
  if (address === undefined) {
    throw new NetGuardError('NG_ERR_LISTEN', `listening on ${config.listen}`, {
      cause: new Error('it is not an address and a port'),
      hint: 'Write it as 127.0.0.1:8410 or [::1]:8410.',
    });
  }
  if (isLoopbackHost(address.host)) return address;
  const missing = (['tlsCertFile', 'tlsKeyFile', 'tokenFile'] as const).filter((key) => config[key] === undefined);
  if (missing.length === 0) return address;
  throw new NetGuardError('NG_ERR_LISTEN_INSECURE', `listening on ${config.listen}`, {
    cause: new Error('an address that other machines can reach needs TLS and a token'),
    hint: `Set ${missing.map((key) => `server.${key}`).join(', ')}, or listen on 127.0.0.1.`,
  });
}
