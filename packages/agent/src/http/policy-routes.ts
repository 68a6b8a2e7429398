import type { FastifyInstance } from 'fastify';
import { NO_IDENTITIES } from '../identify/identity-file.ts';
import type { NodeState } from '../state/node-state.ts';
import { nodeAddresses } from '../worker/node-addresses.ts';
import type { PolicyInputsView } from './api-types.ts';
import { parseQuery } from './query.ts';

/** GET /api/v1/policy/inputs: all that `netguard policy generate` needs beside alerts and baselines. */
export function policyRoutes(app: FastifyInstance, state: NodeState): void {
  app.get('/api/v1/policy/inputs', async ({ query }): Promise<PolicyInputsView> => {
    parseQuery(query, {}, state.now());
    const { node, identity } = state.config;
    return {
      node,
      now: new Date(state.now()).toISOString(),
      observedSince: new Date(state.startedMs).toISOString(),
      hasIdentities: state.identities !== null,
      identities: state.identities ?? NO_IDENTITIES,
      nodeAddresses: nodeAddresses(),
      apiServers: identity.apiServers,
      edges: [...state.edgeMemory.known()],
      edgesForgotten: state.edgeMemory.state.evicted + state.edgeMemory.unnamed,
    };
  });
}
