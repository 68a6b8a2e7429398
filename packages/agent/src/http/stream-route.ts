import type { FastifyInstance } from 'fastify';
import { STREAM_TYPES, type StreamType } from '../state/event-log.ts';
import type { NodeState } from '../state/node-state.ts';
import { ProblemError } from './problem.ts';
import { parseQuery, someOf } from './query.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { StreamClient } from './stream-client.ts';

export const HEARTBEAT_MS = 15_000;
/** Streams open at once; each may hold a few thousand events. */
const MAX_STREAMS = 64;
const DEFAULT_TYPES: ReadonlySet<StreamType> = new Set(['flow', 'alert']);

export const STREAM_PARAMETERS = { types: someOf(STREAM_TYPES) };

/** GET /api/v1/stream: server-sent events, resumed by `Last-Event-ID`. */
export function streamRoute(app: FastifyInstance, state: NodeState, heartbeatMs = HEARTBEAT_MS): void {
  const clients = new Set<StreamClient>();
  const timer = setInterval(() => {
    for (const client of clients) client.heartbeat();
  }, heartbeatMs).unref();

  app.addHook('preClose', async () => {
    clearInterval(timer);
    for (const client of clients) client.close();
  });

  app.get('/api/v1/stream', { exposeHeadRoute: false }, (request, reply) => {
    const { types = DEFAULT_TYPES } = parseQuery(request.query, STREAM_PARAMETERS, state.now());
    if (clients.size >= MAX_STREAMS) {
      reply.header('retry-after', '10');
      throw new ProblemError(503, `${MAX_STREAMS} streams are open already; close one or try again later`);
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    const client = new StreamClient(response, state.now);
    const lastId = request.headers['last-event-id'];
    const resumed = state.events.replay(typeof lastId === 'string' ? lastId : '', types);
    client.greet(typeof lastId === 'string' && resumed.events.length > 0 ? lastId : state.events.currentId());
    if (resumed.missed > 0) client.tellLost(resumed.missed, lastId as string);
    for (const event of resumed.events) client.offer(event);
    const unsubscribe = state.events.subscribe(types, (event) => client.offer(event));
    clients.add(client);
    response.on('error', () => response.destroy());
    response.on('close', () => {
      unsubscribe();
      clients.delete(client);
    });
  });
}
