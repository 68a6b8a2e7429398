import type { IntelKind } from '@netguard/core';
import type { FastifyInstance } from 'fastify';
import type { IntelListView, IntelTestView } from '../intel/intel-view.ts';
import type { NodeState } from '../state/node-state.ts';
import type { List } from './api-types.ts';
import { ProblemError } from './problem.ts';
import { oneOf, type Parameter, parseQuery } from './query.ts';

const KINDS: readonly IntelKind[] = [
  ...(['address', 'domain', 'url', 'ja3', 'ja3s', 'ja4', 'hassh', 'hassh-server', 'certificate'] as const),
];
const LONGEST = 2048;
const value: Parameter<string> = {
  accepts: `an address, range, name, URL or hash of up to ${LONGEST} characters`,
  parse: (text) => (text.length >= 1 && text.length <= LONGEST ? text : undefined),
};

/** GET /api/v1/intel: the lists and how they do. GET /api/v1/intel/test: what they say of one value. */
export function intelRoutes(app: FastifyInstance, state: NodeState): void {
  app.get('/api/v1/intel', async ({ query }): Promise<List<IntelListView>> => {
    parseQuery(query, {}, state.now());
    return { items: state.intel?.views() ?? [] };
  });

  app.get('/api/v1/intel/test', async ({ query }): Promise<IntelTestView> => {
    const asked = parseQuery(query, { value, kind: oneOf(KINDS) }, state.now());
    if (asked.value === undefined) throw new ProblemError(400, `parameter value must be ${value.accepts}`);
    if (state.intel === undefined) throw new ProblemError(503, 'lists can be asked once NetGuard has started');
    try {
      return state.intel.test(asked.value, asked.kind);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ProblemError(400, `parameter value ${error.message}`);
    }
  });
}
