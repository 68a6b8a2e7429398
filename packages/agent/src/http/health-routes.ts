import type { FastifyInstance } from 'fastify';
import type { NodeState } from '../state/node-state.ts';
import type { HealthResponse } from './api-types.ts';

/** Without a word from the Worker for this long the process does not do its work: a restart is due. */
export const STALLED_MS = 60_000;

/** GET /healthz (200 while the process works) and /readyz (200 once programs are attached). Never with a token. */
export function healthRoutes(app: FastifyInstance, state: NodeState): void {
  app.get('/healthz', async (_request, reply) => {
    const stalled = state.phase === 'running' && state.silentMs > STALLED_MS;
    return reply.code(stalled ? 503 : 200).send(health(state, stalled));
  });
  app.get('/readyz', async (_request, reply) => reply.code(state.ready ? 200 : 503).send(health(state, false)));
}

function health(state: NodeState, stalled: boolean): HealthResponse {
  const degraded = state.degraded();
  if (stalled) return { status: 'stalled', degraded };
  if (state.phase !== 'running') return { status: state.phase, degraded };
  return { status: degraded.length > 0 ? 'degraded' : 'ok', degraded };
}
