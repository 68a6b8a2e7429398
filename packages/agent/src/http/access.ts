import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TokenReview, Verdict } from '../kubernetes/token-review.ts';
import { hostAllowed, isLoopbackHost } from './host-guard.ts';
import type { peerUid } from './peer-uid.ts';
import { sendProblem } from './problem.ts';
import type { TokenFile } from './token-file.ts';
import { isWrite } from './write-access.ts';

export interface AccessRules {
  readonly listenHost: string;
  readonly metricsPlain: boolean;
  readonly token: Pick<TokenFile, 'accepts'> | null;
  /** May change things, and read. */
  readonly adminToken: Pick<TokenFile, 'accepts'> | null;
  /** Judges tokens of the cluster, which may read metrics; absent: there is none that may. */
  readonly review?: Pick<TokenReview, 'judge'> | undefined;
  /** Who is at the other end of a connection from this machine; asks the kernel unless set. */
  readonly peerUid?: typeof peerUid;
}

const METRICS = '/metrics';

const REVIEWED: Readonly<Partial<Record<Verdict, readonly [status: number, why: string]>>> = {
  forbidden: [403, 'the bearer may not get the nonResourceURL /metrics: give it a ClusterRole that may'],
  unavailable: [503, 'tokens of the cluster cannot be checked now; the status of this process says why'],
};

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
    if (rules.review !== undefined && request.routeOptions.url === METRICS) {
      const verdict = await rules.review.judge(authorization, METRICS);
      if (verdict === 'allowed') return;
      const refusal = REVIEWED[verdict];
      if (refusal !== undefined) return sendProblem(reply, ...refusal);
    }
    reply.header('www-authenticate', 'Bearer realm="netguard"');
    return sendProblem(reply, 401, 'send the token of server.tokenFile as: Authorization: Bearer <token>');
  });
}

function isOpen(request: FastifyRequest, metricsOpen: boolean): boolean {
  const path = request.routeOptions.url;
  return path === '/healthz' || path === '/readyz' || (path === METRICS && metricsOpen);
}
