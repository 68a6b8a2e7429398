import assert from 'node:assert/strict';
import type { LiveScenario } from '../support/scenario.ts';

/** access.test.ts gives the agent a NetworkPolicy for this namespace: only pods labelled app=web may reach app=db, at 5432. */
export const scenario: LiveScenario = {
  what: 'a pod talks to a database that a NetworkPolicy, which nothing enforces, keeps for another',
  from: 'pod',
  pods: { batch: { labels: { app: 'batch' } }, web: { labels: { app: 'web' } }, db: { labels: { app: 'db' } } },
  prepare: async (act) => void (await act.ownProgram('db', 'login-server', { services: { 5432: 'postgres' } }).line()),
  run: async (act) => {
    const settings = { host: act.ip('db'), port: 5432, service: 'postgres', sessions: 5, pauseMs: 300 };
    const clients = ['web', 'batch'].map((role) => act.ownProgram(role, 'login-loop', settings).line());
    await Promise.all(clients);
  },
  expect: {
    rule: 'policy-violation',
    severity: 'medium',
    source: 'batch',
    target: 'db',
    beforeEnd: false,
    check: ({ evidence, suggestion }) => {
      assert.deepEqual(evidence.policies, ['NetworkPolicy policy-violation-established/only-web']);
      assert.match(suggestion, /"app":"batch"/);
    },
  },
};
