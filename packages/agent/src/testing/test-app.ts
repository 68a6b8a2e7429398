import type { FastifyInstance } from 'fastify';
import type { AccessRules } from '../http/access.ts';
import { createApp } from '../http/app.ts';
import type { AuditEntry } from '../http/audit.ts';
import { NodeMetrics } from '../metrics/node-metrics.ts';
import { NodeState } from '../state/node-state.ts';
import { START_MS } from './samples.ts';
import { testConfig } from './settings.ts';

export interface TestApp {
  readonly app: FastifyInstance;
  readonly state: NodeState;
  readonly clock: { ms: number };
  readonly errors: unknown[];
  readonly audited: AuditEntry[];
}

/** The HTTP interface over a state that the test feeds, not listening; `clock` is its time. */
export function testApp(access: Partial<AccessRules> = {}): TestApp {
  const clock = { ms: START_MS };
  const state = new NodeState({ config: testConfig(), version: '1.2.3', now: () => clock.ms });
  const errors: unknown[] = [];
  const audited: AuditEntry[] = [];
  const app = createApp({
    state,
    metrics: new NodeMetrics(state),
    access: { listenHost: '127.0.0.1', metricsPlain: false, token: null, adminToken: null, ...access },
    onError: (error) => errors.push(error),
    audit: (entry) => audited.push(entry),
  });
  return { app, state, clock, errors, audited };
}
