import { NetGuardError, parseSnapshot, type WorkloadFilter } from '@netguard/core';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { BaselineDesk, KnownWorkload } from '../state/baseline-desk.ts';
import type { NodeState } from '../state/node-state.ts';
import type { AccessRules } from './access.ts';
import type { BaselineView, List } from './api-types.ts';
import type { Audit } from './audit.ts';
import { parseBody } from './body.ts';
import { inKeyOrder, PAGE_PARAMETERS, pageOf, textCursor } from './page.ts';
import { ProblemError } from './problem.ts';
import { name, oneOf, parseQuery } from './query.ts';
import { answered } from './worker-answer.ts';
import { whence } from './write-access.ts';

/** An export of 100,000 workloads is larger, of any node is not. */
const IMPORT_BYTES = 64 * 1024 * 1024;
const FILTER = { namespace: name, workload: name };
const filter = z.strictObject({ namespace: z.string().max(253).optional(), workload: z.string().max(600).optional() });
const HOW = { how: oneOf(['replace', 'merge']) };

/** GET /api/v1/baselines, GET /api/v1/baselines/export, POST /api/v1/baselines/import and /reset. */
export function baselineRoutes(app: FastifyInstance, state: NodeState, rules: AccessRules, audit: Audit): void {
  app.get('/api/v1/baselines', async ({ query }): Promise<List<BaselineView>> => {
    const asked = parseQuery(query, { ...FILTER, ...PAGE_PARAMETERS }, state.now());
    const all = await answered(desk(state).list(asked));
    const rows = all.map((item) => ({ key: item.workload, item }));
    const page = pageOf('baselines', inKeyOrder(rows, textCursor('baselines', asked.cursor)), asked.limit);
    return { ...page, items: page.items.map(baselineView) };
  });

  app.get('/api/v1/baselines/export', async ({ query }) => {
    return answered(desk(state).export(parseQuery(query, FILTER, state.now())));
  });

  app.post('/api/v1/baselines/import', { bodyLimit: IMPORT_BYTES }, async (request) => {
    const { how = 'replace' } = parseQuery(request.query, HOW, state.now());
    const snapshot = understood(() => parseSnapshot(request.body));
    const workloads = await answered(desk(state).import(snapshot, how === 'merge'));
    audit({ action: `baseline.${how}`, ...whence(request, rules), outcome: 'done', workloads });
    return { workloads };
  });

  app.post('/api/v1/baselines/reset', async (request) => {
    const meant: WorkloadFilter = parseBody(request.body, filter);
    const workloads = await answered(desk(state).reset(meant));
    audit({ action: 'baseline.reset', ...whence(request, rules), outcome: 'done', ...meant, workloads });
    return { workloads };
  });
}

function baselineView({ workload, facts, measures, runs, ...known }: KnownWorkload): BaselineView {
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    workload,
    firstSeen: time(known.firstMs),
    lastSeen: time(known.lastMs),
    watchedSeconds: Math.round(known.watchedMs / 1000),
    progress: known.progress,
    measures: Object.fromEntries(
      Object.entries(measures).map(([measure, { mean, variance, samples, largest, season }]) => [
        measure,
        { mean, deviation: Math.sqrt(variance), samples, largest, hoursOfWeek: season.length },
      ]),
    ),
    facts: facts.map(([fact, firstMs, lastMs, count]) => ({
      fact,
      firstSeen: time(firstMs),
      lastSeen: time(lastMs),
      count,
    })),
    factsEvicted: known.factsEvicted,
    runs: runs.map(({ id, lastMs, totals }) => ({ id, lastSeen: time(lastMs), totals })),
  };
}

function desk({ baselines }: NodeState): BaselineDesk {
  if (baselines === undefined) throw new ProblemError(503, 'baselines can be asked for once NetGuard has started');
  return baselines;
}

/** What core refuses is the asker's to put right. */
function understood<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NetGuardError)) throw error;
    throw new ProblemError(400, error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
  }
}
