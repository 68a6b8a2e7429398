import { NetGuardError, type Silence, silenceState } from '@netguard/core';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { NodeState } from '../state/node-state.ts';
import type { AccessRules } from './access.ts';
import type { SilenceView } from './api-types.ts';
import type { Audit } from './audit.ts';
import { parseBody } from './body.ts';
import { ProblemError } from './problem.ts';
import { parseQuery } from './query.ts';
import { whence } from './write-access.ts';

const time = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z' });
const matcher = z.strictObject({
  name: z.string().max(100),
  value: z.string().max(300),
  isRegex: z.boolean().default(false),
  isEqual: z.boolean().default(true),
});
const request = z.strictObject({
  matchers: z.array(z.union([z.string().max(400), matcher], { error: 'must be text or a matcher' })).max(20),
  startsAt: time.optional(),
  endsAt: time.optional(),
  createdBy: z.string().max(100).default(''),
  comment: z.string().max(1000).default(''),
});

/** POST /api/v1/silences, GET and DELETE /api/v1/silences/:id. The list is with the other lists. */
export function silenceRoutes(app: FastifyInstance, state: NodeState, rules: AccessRules, audit: Audit): void {
  app.post('/api/v1/silences', async (asked, reply) => {
    const { startsAt, endsAt, ...rest } = parseBody(asked.body, request);
    const startsMs = startsAt === undefined ? undefined : Date.parse(startsAt);
    const endsMs = endsAt === undefined ? undefined : Date.parse(endsAt);
    const silence = granted(() => state.silences.add({ ...rest, startsMs, endsMs }, state.now()));
    state.silencesChanged();
    const { id, matchers, createdBy: by, comment } = silence;
    audit({
      action: 'silence.add',
      by,
      ...whence(asked, rules),
      outcome: 'done',
      id,
      matchers,
      endsAt: silence.endsAt,
      comment,
    });
    return reply.code(201).send(silenceView(silence, state.now()));
  });

  app.get<{ Params: { id: string } }>('/api/v1/silences/:id', async ({ params, query }) => {
    parseQuery(query, {}, state.now());
    return silenceView(state.silences.find(params.id) ?? notThere(), state.now());
  });

  app.delete<{ Params: { id: string } }>('/api/v1/silences/:id', async (asked) => {
    const { id } = asked.params;
    const silence = granted(() => state.silences.expire(id, state.now())) ?? notThere();
    state.silencesChanged();
    audit({ action: 'silence.expire', ...whence(asked, rules), outcome: 'done', id, createdBy: silence.createdBy });
    return silenceView(silence, state.now());
  });
}

export function silenceView(silence: Silence, nowMs: number): SilenceView {
  return { ...silence, status: { state: silenceState(silence, nowMs) } };
}

/** What the book refuses is the asker's to put right. */
function granted<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NetGuardError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : String(error.cause);
    throw new ProblemError(400, error.hint === undefined ? why : `${why}. ${error.hint}`);
  }
}

function notThere(): never {
  throw new ProblemError(404, 'no silence has this id; GET /api/v1/silences?state=all lists them');
}
