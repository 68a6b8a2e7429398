import type { Alert } from '@netguard/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AlertRefusal } from '../state/alert-desk.ts';
import type { NodeState } from '../state/node-state.ts';
import type { AccessRules } from './access.ts';
import type { Audit } from './audit.ts';
import { parseBody } from './body.ts';
import { ProblemError } from './problem.ts';
import { whence } from './write-access.ts';

const by = z
  .string({ error: 'must be a name: who does this' })
  .trim()
  .min(1, 'must be a name: who does this')
  .max(100, 'must have at most 100 characters');
const acknowledgement = z.strictObject({ by });
const closing = z.strictObject({
  by,
  disposition: z.enum(['true-positive', 'benign', 'false-positive'], {
    error: 'must be one of true-positive, benign, false-positive',
  }),
});

type OfOne = { Params: { id: string } };

/** POST /api/v1/alerts/:id/ack and /api/v1/alerts/:id/close: answer with the alert as it is then. */
export function alertActions(app: FastifyInstance, state: NodeState, rules: AccessRules, audit: Audit): void {
  const done = (
    request: FastifyRequest<OfOne>,
    action: string,
    alert: Alert,
    details: Record<string, unknown>,
  ): Alert => {
    const { id, rule, title } = alert;
    audit({ action, ...details, ...whence(request, rules), outcome: 'done', id, rule, title });
    return alert;
  };
  app.post<OfOne>('/api/v1/alerts/:id/ack', async (request) => {
    const said = parseBody(request.body, acknowledgement);
    const alert = allowed(state, request.params.id, () => state.acknowledgeAlert(request.params.id, said.by));
    return done(request, 'alert.ack', alert, said);
  });
  app.post<OfOne>('/api/v1/alerts/:id/close', async (request) => {
    const said = parseBody(request.body, closing);
    const { id } = request.params;
    const alert = allowed(state, id, () => state.closeAlert(id, said.by, said.disposition));
    return done(request, 'alert.close', alert, said);
  });
}

function allowed(state: NodeState, id: string, work: () => Alert): Alert {
  if (state.observed.find(id) !== undefined)
    throw new ProblemError(409, 'its detector only observes: nobody was notified, so there is nothing to answer');
  try {
    return work();
  } catch (error) {
    if (error instanceof AlertRefusal) throw new ProblemError(error.status, error.message);
    throw error;
  }
}
