import { type FastifyInstance, type FastifyServerFactory, fastify } from 'fastify';
import { answerClientError, answerError } from './error-answers.ts';
import { sendProblem } from './problem.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface BareAppOptions {
  readonly onError: (error: unknown) => void;
  readonly serverFactory?: FastifyServerFactory | undefined;
  /** What a path that is not there is answered with. */
  readonly lost: string;
  /** What a path that was asked with another method does answer to; `GET, HEAD` unless given. */
  readonly methodsAt?: (url: string) => string;
}

/** An HTTP interface without a path: limits, headers and errors that all of ours have. */
export function bareApp({
  onError,
  serverFactory,
  lost,
  methodsAt = () => 'GET, HEAD',
}: BareAppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 16_384,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => answerError(error, reply as never, onError),
    clientErrorHandler: answerClientError,
    ...(serverFactory ? { serverFactory } : {}),
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply, onError));
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return sendProblem(reply, 404, lost);
    const methods = methodsAt(request.url);
    return sendProblem(reply.header('allow', methods), 405, `this path answers to ${methods} only`);
  });
  return app;
}
