import { NetGuardError } from '@netguard/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ProgramDesk } from '../programs/daemon-programs.ts';
import { LARGEST_FILE, programFile, programName } from '../programs/program-file.ts';
import type { ProgramView } from '../programs/program-view.ts';
import type { MapDump, ProgramRequest } from '../programs/running-program.ts';
import type { NodeState } from '../state/node-state.ts';
import type { AccessRules } from './access.ts';
import type { List } from './api-types.ts';
import type { Audit } from './audit.ts';
import { parseBody } from './body.ts';
import { jsonText } from './json-text.ts';
import { peerUid } from './peer-uid.ts';
import { ProblemError } from './problem.ts';
import { integer, parseQuery } from './query.ts';
import { whence } from './write-access.ts';

/** Base64 of the largest file, and what is around it. */
const BODY_LIMIT = Math.ceil((LARGEST_FILE * 4) / 3) + 131_072;
const DEFAULT_ENTRIES = 1000;

const content = z.base64({ error: 'must be the bytes of the file in base64' });
const spec = z.string().max(65_536);
const by = z.string().max(100).default('');
const file = z.string().min(1).max(4096);
const loading = z.strictObject({
  file,
  content,
  spec: spec.optional(),
  name: z.string().max(60).optional(),
  set: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,127}$/, 'must be the name of a variable'), z.string().max(1024))
    .default({}),
  cgroup: z.string().min(1).max(4096).optional(),
  interface: z
    .string()
    .regex(/^[^\s/]{1,15}$/, 'must be the name of a network interface, which has 15 characters at the most')
    .optional(),
  frequency: z.int().min(1).max(1000).optional(),
  pin: z.boolean().default(false),
  by,
});
const reloading = z.strictObject({ file: file.optional(), content: content.optional(), spec: spec.optional(), by });

/** /api/v1/programs: GET the list, one, and its maps; POST loads one, and loads one anew; DELETE ends one. */
export function programRoutes(app: FastifyInstance, state: NodeState, rules: AccessRules, audit: Audit): void {
  app.get('/api/v1/programs', async ({ query }): Promise<List<ProgramView>> => {
    parseQuery(query, {}, state.now());
    return { items: state.programs?.views() ?? [] };
  });

  app.get<{ Params: { name: string } }>('/api/v1/programs/:name', async ({ params, query }) => {
    parseQuery(query, {}, state.now());
    return asked(() => desk(state).view(params.name));
  });

  app.get<{ Params: { name: string } }>('/api/v1/programs/:name/maps', async ({ params, query }, reply) => {
    const { limit = DEFAULT_ENTRIES } = parseQuery(query, { limit: integer(1, 100_000) }, state.now());
    const items = await asked(() => desk(state).dump(params.name, limit));
    const list: List<MapDump> = { items };
    return reply.type('application/json; charset=utf-8').send(jsonText(list));
  });

  const ofRoot = { onRequest: async (request: FastifyRequest) => refuseOthers(request, rules, audit) };

  app.post('/api/v1/programs', { bodyLimit: BODY_LIMIT, ...ofRoot }, async (request, reply) => {
    const body = parseBody(request.body, loading);
    const wanted = await asked(() => requestOf(body));
    const view = await asked(() => desk(state).load(wanted));
    audit({ action: 'program.load', by: wanted.by, ...whence(request, rules), outcome: 'done', ...facts(view) });
    return reply.code(201).send(view);
  });

  app.post<{ Params: { name: string } }>(
    '/api/v1/programs/:name/reload',
    { bodyLimit: BODY_LIMIT, ...ofRoot },
    async (request) => {
      const body = parseBody(request.body, reloading);
      const { name } = request.params;
      const view = await asked(() => desk(state).reload(name, replacement(desk(state).request(name), body)));
      audit({ action: 'program.reload', by: body.by, ...whence(request, rules), outcome: 'done', ...facts(view) });
      return view;
    },
  );

  app.delete<{ Params: { name: string } }>('/api/v1/programs/:name', ofRoot, async (request) => {
    const view = await asked(() => desk(state).unload(request.params.name));
    audit({ action: 'program.unload', ...whence(request, rules), outcome: 'done', ...facts(view) });
    return view;
  });
}

/** Who may load a program may read all of the kernel's memory: without an admin token only root of this machine, or who we run as. */
function refuseOthers(request: FastifyRequest, rules: AccessRules, audit: Audit): void {
  if (rules.adminToken !== null) return;
  const uid = (rules.peerUid ?? peerUid)(request.socket);
  if (uid === 0 || (uid !== undefined && uid === process.getuid?.())) return;
  const why =
    'without server.adminTokenFile, programs are taken from root on this machine only: use sudo, or configure the token';
  const action = `${request.method} ${request.routeOptions.url}`;
  audit({ action, ...whence(request, rules, 'none'), outcome: 'refused', why });
  throw new ProblemError(403, why);
}

function requestOf(body: z.output<typeof loading>): ProgramRequest {
  const taken = programFile(body.file, Buffer.from(body.content, 'base64'));
  const { set, cgroup, interface: target, frequency, pin } = body;
  const name = programName(taken.file, body.name);
  const path = printable(body.file);
  return {
    name,
    file: taken,
    spec: body.spec,
    set,
    cgroup,
    interface: target,
    frequency,
    pin,
    path,
    origin: 'api',
    by: body.by,
  };
}

/** Another version under the same name and with the same settings; undefined: what is known already. */
function replacement(before: ProgramRequest, body: z.output<typeof reloading>): ProgramRequest | undefined {
  if (body.content === undefined) return undefined;
  const path = printable(body.file ?? before.path);
  const taken = programFile(path, Buffer.from(body.content, 'base64'));
  return { ...before, file: taken, spec: body.spec, path, origin: 'api', by: body.by };
}

function facts({ name, file: fileName, sha256, path, set, cgroup, interface: target, frequency }: ProgramView) {
  return { name, file: fileName, sha256, path, set, cgroup, interface: target, frequency };
}

function printable(path: string): string {
  return path.replaceAll(/\p{Cc}/gu, '?');
}

function desk({ programs }: NodeState): ProgramDesk {
  if (programs !== undefined) return programs;
  throw new ProblemError(503, 'programs can be loaded once NetGuard has started');
}

const STATUS: Readonly<Record<string, number>> = {
  NG_ERR_PROGRAM_MISSING: 404,
  NG_ERR_PROGRAM_NAME: 409,
  NG_ERR_PROGRAM_LIMIT: 409,
};

/** A program that is refused is its author's to put right: what and where, and what to do. */
async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NetGuardError)) throw error;
    const { message, hint, code } = error;
    const end = /[.!?]$/.test(message) ? '' : '.';
    throw new ProblemError(STATUS[code] ?? 400, hint === undefined ? message : `${message}${end} ${hint}`);
  }
}
