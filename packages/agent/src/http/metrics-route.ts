import type { FastifyInstance } from 'fastify';
import type { NodeMetrics } from '../metrics/node-metrics.ts';

/** GET /metrics, in the format that the Accept header ranks higher. */
export function metricsRoute(app: FastifyInstance, metrics: NodeMetrics): void {
  app.get('/metrics', async ({ headers }, reply) => {
    const { contentType, body } = await metrics.expose(headers.accept);
    return reply.type(contentType).send(body);
  });
}
