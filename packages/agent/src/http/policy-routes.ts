import type { FastifyInstance } from 'fastify';
import type { IdentityFile } from '../identify/identity-file.ts';
import { nodeAddresses } from '../identify/node-addresses.ts';
import type { NodeState } from '../state/node-state.ts';
import type { PolicyInputsView } from './api-types.ts';
import { ProblemError } from './problem.ts';
import { parseQuery } from './query.ts';
import { answered } from './worker-answer.ts';

/** GET /api/v1/policy/inputs: all that `netguard policy generate` needs beside alerts and baselines. */
export function policyRoutes(app: FastifyInstance, state: NodeState): void {
  app.get('/api/v1/policy/inputs', async ({ query }): Promise<PolicyInputsView> => {
    parseQuery(query, {}, state.now());
    const { node, identity } = state.config;
    const identities = await known(state);
    return {
      node,
      now: new Date(state.now()).toISOString(),
      observedSince: new Date(state.startedMs).toISOString(),
      hasIdentities: state.identityReadMs !== null || state.kubernetes !== undefined,
      identities,
      networkPolicies: state.kubernetes?.policies()?.networkPolicies ?? null,
      nodeAddresses: nodeAddresses(),
      apiServers: identity.apiServers,
      edges: [...state.edgeMemory.known()],
      edgesForgotten: state.edgeMemory.state.evicted + state.edgeMemory.unnamed,
    };
  });
}

function known({ identities }: NodeState): Promise<IdentityFile> {
  if (identities === undefined) throw new ProblemError(503, 'names can be asked for once NetGuard has started');
  return answered(identities.list());
}
