import { type FastifyInstance, type FastifyServerFactory, fastify } from 'fastify';
import type { NodeMetrics } from '../metrics/node-metrics.ts';
import type { NodeState } from '../state/node-state.ts';
import { type AccessRules, guardAccess } from './access.ts';
import { answerClientError, answerError } from './error-answers.ts';
import { healthRoutes } from './health-routes.ts';
import { listRoutes } from './list-routes.ts';
import { sendProblem } from './problem.ts';
import { parseQuery } from './query.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { streamRoute } from './stream-route.ts';

export interface AppOptions {
  readonly state: NodeState;
  readonly metrics: NodeMetrics;
  readonly access: AccessRules;
  readonly onError: (error: unknown) => void;
  readonly serverFactory?: FastifyServerFactory;
  readonly heartbeatMs?: number | undefined;
}

/** The HTTP interface of one process, not listening yet. Everything is read-only. */
export function createApp({
  state,
  metrics,
  access,
  onError,
  serverFactory,
  heartbeatMs,
}: AppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => answerError(error, reply as never, onError),
    clientErrorHandler: answerClientError,
    ...(serverFactory ? { serverFactory } : {}),
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  guardAccess(app, access);
  app.setErrorHandler((error, _request, reply) => answerError(error, reply, onError));
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      return sendProblem(reply, 404, 'no such path; the API is described in docs/reference/http-api.md');
    }
    return sendProblem(
      reply.header('allow', 'GET, HEAD'),
      405,
      'only GET and HEAD are answered: this interface changes nothing',
    );
  });

  healthRoutes(app, state);
  app.get('/metrics', async ({ headers }, reply) => {
    const { contentType, body } = await metrics.expose(headers.accept);
    return reply.type(contentType).send(body);
  });
  app.get('/api/v1/status', async ({ query }) => {
    parseQuery(query, {}, state.now());
    return state.status();
  });
  listRoutes(app, state);
  streamRoute(app, state, heartbeatMs);
  return app;
}
