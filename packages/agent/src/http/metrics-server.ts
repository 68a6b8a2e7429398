import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseOpenAddress } from '../config/schema-types.ts';
import type { NodeMetrics } from '../metrics/node-metrics.ts';
import type { NodeState } from '../state/node-state.ts';
import { guardAccess } from './access.ts';
import { bareApp } from './bare-app.ts';
import { healthRoutes } from './health-routes.ts';
import { createLimitedServer, listenError } from './limited-server.ts';
import { metricsRoute } from './metrics-route.ts';
import { CLOSE_MS, type HttpServer } from './server.ts';

export interface MetricsServerOptions {
  /** `metrics.listen` of the configuration. */
  readonly listen: string;
  readonly state: NodeState;
  readonly metrics: NodeMetrics;
  readonly onError: (error: unknown) => void;
}

/**
 * `/metrics`, `/healthz` and `/readyz` alone, plain: what a kubelet and a scraper ask for at the pod's address, while the
 * API stays on loopback. Throws NG_ERR_LISTEN.
 */
export async function startMetricsServer({
  listen,
  state,
  metrics,
  onError,
}: MetricsServerOptions): Promise<HttpServer> {
  const { host, port = 0 } = parseOpenAddress(listen) ?? {};
  const app = bareApp({
    onError,
    serverFactory: (handler) => createLimitedServer(null, handler),
    lost: 'only /metrics, /healthz and /readyz are served here',
  });
  guardAccess(app, { listenHost: host ?? '::', metricsPlain: true, token: null, adminToken: null });
  healthRoutes(app, state);
  metricsRoute(app, metrics);
  await app.ready();
  const server = app.server as Server;
  // Not app.listen: without a host Node.js takes every address, and only the IPv4 ones where there is no IPv6.
  server.listen({ port, ...(host === undefined ? {} : { host }) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    await app.close();
    throw listenError(listen, port, 'metrics.listen', cause);
  }
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`,
    async close() {
      const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await app.close();
      server.closeIdleConnections();
      await new Promise((closed) => server.close(closed));
      clearTimeout(force);
    },
  };
}
