import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hostAllowed, isLoopbackHost } from './host-guard.ts';
import { sendProblem } from './problem.ts';
import type { TokenFile } from './token-file.ts';
import { isWrite } from './write-access.ts';

export interface AccessRules {
  readonly listenHost: string;
  readonly metricsPlain: boolean;
  readonly token: Pick<TokenFile, 'accepts'> | null;
  /** May change things, and read. */
  readonly adminToken: Pick<TokenFile, 'accepts'> | null;
}

/** Refuses foreign Host headers on loopback, and requests without the token where one is asked for. */
export function guardAccess(app: FastifyInstance, rules: AccessRules): void {
  const loopback = isLoopbackHost(rules.listenHost);
  app.addHook('onRequest', async (request, reply) => {
    if (loopback && !hostAllowed(request.headers.host, rules.listenHost)) {
      return sendProblem(
        reply,
        403,
        `this server answers to localhost and ${rules.listenHost} only; the Host header names another`,
      );
    }
    // What changes something is judged by guardWrites.
    if (rules.token === null || isWrite(request) || isOpen(request, loopback || rules.metricsPlain)) return;
    const { authorization } = request.headers;
    if (rules.token.accepts(authorization) || rules.adminToken?.accepts(authorization)) return;
    reply.header('www-authenticate', 'Bearer realm="netguard"');
    return sendProblem(reply, 401, 'send the token of server.tokenFile as: Authorization: Bearer <token>');
  });
}

function isOpen(request: FastifyRequest, metricsOpen: boolean): boolean {
  const path = request.routeOptions.url;
  return path === '/healthz' || path === '/readyz' || (path === '/metrics' && metricsOpen);
}
