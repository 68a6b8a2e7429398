import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessRules } from './access.ts';
import { type Audit, type AuditEntry, remoteOf } from './audit.ts';
import { isLoopbackHost } from './host-guard.ts';
import { sendProblem } from './problem.ts';

interface Refusal {
  readonly status: 401 | 403;
  readonly why: string;
}

const CUSTOM_HEADER = 'x-netguard-request';

/**
 * Lets in what changes something, or tells what was said in a conversation, only with the admin token, or, where no token is configured at all, from this machine to a
 * server on loopback. A page in somebody's browser is this machine too: what a form or an image of it could send is refused.
 */
export function guardWrites(app: FastifyInstance, rules: AccessRules, audit: Audit): void {
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request, rules);
    if (refusal === undefined) return;
    audit({
      action: `${request.method} ${request.routeOptions.url}`,
      ...whence(request, rules, 'none'),
      outcome: 'refused',
      why: refusal.why,
    });
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="netguard admin"');
    return sendProblem(reply, refusal.status, refusal.why);
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Read-only, and still for those alone who may change something. */
    readonly isSensitive?: boolean;
  }
}

function refusalOf(request: FastifyRequest, rules: AccessRules): Refusal | undefined {
  if (isWrite(request)) return fromOtherSite(request) ?? withoutRight(request, rules, 'changes');
  // Another site's page may ask for it, but not read the answer.
  return request.routeOptions.config.isSensitive === true ? withoutRight(request, rules, 'captures') : undefined;
}

/** The part of an audit entry that says where a request came from. */
export function whence(
  request: FastifyRequest,
  rules: AccessRules,
  access: AuditEntry['access'] = rules.adminToken ? 'admin-token' : 'this-machine',
): Pick<AuditEntry, 'access' | 'remote'> {
  return { access, remote: remoteOf(request) };
}

/** A request for something that is there, and not only to be read. */
export function isWrite({ method, routeOptions }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && routeOptions.url !== undefined;
}

function withoutRight(request: FastifyRequest, rules: AccessRules, what: 'changes' | 'captures'): Refusal | undefined {
  const { authorization } = request.headers;
  if (rules.adminToken) {
    if (rules.adminToken.accepts(authorization)) return undefined;
    const isReader = rules.token?.accepts(authorization) === true;
    return isReader
      ? { status: 403, why: `this token may only read; ${what} want that of server.adminTokenFile` }
      : { status: 401, why: `${what} want the token of server.adminTokenFile as: Authorization: Bearer <token>` };
  }
  const isHere = isLoopbackHost(rules.listenHost) && isLoopbackPeer(request.socket.remoteAddress);
  if (rules.token === null && isHere) return undefined;
  return { status: 403, why: `${what} need an admin token here, and none is configured: set server.adminTokenFile` };
}

/** A browser says where a request comes from, and cannot be made to send JSON or a header of ours without asking us first. */
function fromOtherSite({ headers }: FastifyRequest): Refusal | undefined {
  const site = headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (isForeign || (headers.origin !== undefined && !isOwnOrigin(headers.origin, headers.host)))
    return { status: 403, why: 'changes are not taken from the page of another site' };
  const isJson = /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  if (isJson || headers[CUSTOM_HEADER] !== undefined) return undefined;
  return {
    status: 403,
    why: 'send changes with Content-Type: application/json, or with the header X-NetGuard-Request: 1',
  };
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

function isLoopbackPeer(address: string | undefined): boolean {
  return isLoopbackHost((address ?? '').replace(/^::ffff:/i, ''));
}
