import { evidencePcap } from '@netguard/core';
import type { FastifyInstance } from 'fastify';
import type { NodeState } from '../state/node-state.ts';
import type { AccessRules } from './access.ts';
import type { Audit } from './audit.ts';
import { ProblemError } from './problem.ts';
import { parseQuery } from './query.ts';
import { whence } from './write-access.ts';

const PCAP = 'application/vnd.tcpdump.pcap';

/** GET /api/v1/alerts/:id/pcap: what was sampled of an alert's traffic, secrets taken out. Guarded and audited as a change is. */
export function evidenceRoutes(app: FastifyInstance, state: NodeState, rules: AccessRules, audit: Audit): void {
  app.get<{ Params: { id: string } }>(
    '/api/v1/alerts/:id/pcap',
    { config: { isSensitive: true } },
    async (request, reply) => {
      const { params, query } = request;
      parseQuery(query, {}, state.now());
      const alert = state.alerts.find(params.id) ?? state.observed.find(params.id);
      if (alert === undefined) {
        throw new ProblemError(404, 'no open or recently resolved alert has this id; GET /api/v1/alerts lists them');
      }
      const { evidence } = state;
      if (evidence === undefined) throw new ProblemError(404, 'no payload is kept here: set payload.mode to evidence');
      const { samples, isCut } = await evidence.forAlert(alert);
      const { file, packets, conversations } = evidencePcap(samples, evidence.redact);
      const { id, rule, title } = alert;
      const what = { id, rule, title, samples: samples.length, packets, conversations, isCut };
      audit({ action: 'alert.pcap', ...whence(request, rules), outcome: 'done', ...what });
      if (samples.length === 0)
        throw new ProblemError(404, 'nothing was sampled of this alert, or it is no longer kept');
      reply.header('content-disposition', `attachment; filename="${id.replace(/[^\w-]/g, '_')}.pcap"`);
      if (isCut) reply.header('x-netguard-cut', '1');
      return reply.type(PCAP).send(Buffer.from(file.buffer, file.byteOffset, file.length));
    },
  );
}
