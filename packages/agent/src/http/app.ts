import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import type { NodeMetrics } from '../metrics/node-metrics.ts';
import type { NodeState } from '../state/node-state.ts';
import { type AccessRules, guardAccess } from './access.ts';
import { alertActions } from './alert-actions.ts';
import type { Audit } from './audit.ts';
import { bareApp } from './bare-app.ts';
import { baselineRoutes } from './baseline-routes.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { intelRoutes } from './intel-routes.ts';
import { listRoutes } from './list-routes.ts';
import { metricsRoute } from './metrics-route.ts';
import { policyRoutes } from './policy-routes.ts';
import { programRoutes } from './program-routes.ts';
import { parseQuery } from './query.ts';
import { silenceRoutes } from './silence-routes.ts';
import { streamRoute } from './stream-route.ts';
import { guardWrites } from './write-access.ts';

export interface AppOptions {
  readonly state: NodeState;
  readonly metrics: NodeMetrics;
  readonly access: AccessRules;
  readonly onError: (error: unknown) => void;
  readonly audit: Audit;
  readonly serverFactory?: FastifyServerFactory;
  readonly heartbeatMs?: number | undefined;
}

/** The HTTP interface of one process, not listening yet. All but silences, what people say of alerts, and programs is read-only. */
export function createApp({
  state,
  metrics,
  access,
  onError,
  audit,
  serverFactory,
  heartbeatMs,
}: AppOptions): FastifyInstance {
  const lost = 'no such path; the API is described in docs/reference/http-api.md';
  const app = bareApp({ onError, serverFactory, lost, methodsAt });
  guardAccess(app, access);
  guardWrites(app, access, audit);
  // Only JSON: text is what the form of another site could send.
  app.removeContentTypeParser('text/plain');
  healthRoutes(app, state);
  metricsRoute(app, metrics);
  app.get('/api/v1/status', async ({ query }) => {
    parseQuery(query, {}, state.now());
    return state.status();
  });
  listRoutes(app, state);
  silenceRoutes(app, state, access, audit);
  alertActions(app, state, access, audit);
  baselineRoutes(app, state, access, audit);
  evidenceRoutes(app, state, access, audit);
  policyRoutes(app, state);
  intelRoutes(app, state);
  programRoutes(app, state, access, audit);
  streamRoute(app, state, heartbeatMs);
  return app;
}

/** What a path that was asked in another way does answer to. */
function methodsAt(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/api/v1/silences') return 'GET, HEAD, POST';
  if (/^\/api\/v1\/silences\/[^/]+$/.test(path)) return 'GET, HEAD, DELETE';
  if (path === '/api/v1/programs') return 'GET, HEAD, POST';
  if (/^\/api\/v1\/programs\/[^/]+$/.test(path)) return 'GET, HEAD, DELETE';
  if (/^\/api\/v1\/programs\/[^/]+\/reload$/.test(path)) return 'POST';
  if (/^\/api\/v1\/baselines\/(?:import|reset)$/.test(path)) return 'POST';
  return /^\/api\/v1\/alerts\/[^/]+\/(?:ack|close)$/.test(path) ? 'POST' : 'GET, HEAD';
}
