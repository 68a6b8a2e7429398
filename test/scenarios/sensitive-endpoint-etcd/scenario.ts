import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveScenario } from '../support/scenario.ts';

/** access.test.ts lets a workload learn for ten seconds. */
const LEARNING_MS = 14_000;

export const scenario: LiveScenario = {
  what: 'a pod that served its neighbour so far connects to etcd, which a control plane’s pod always did',
  from: 'pod',
  pods: { app: {}, apiserver: {}, etcd: {}, neighbour: {} },
  prepare: async (act) => {
    await act.program('neighbour', 'listener', { port: 8080 }).line();
    await act.program('etcd', 'listener', { port: 2379 }).line();
  },
  run: async (act) => {
    const etcd = { host: act.ip('etcd'), port: 2379, everyMs: 200 };
    act.program('apiserver', 'visitor', etcd);
    act.program('app', 'visitor', { host: act.ip('neighbour'), port: 8080, everyMs: 200 });
    await delay(LEARNING_MS);
    await act.program('app', 'visitor', etcd).line();
    await delay(1500);
  },
  expect: {
    rule: 'sensitive-endpoint',
    severity: 'low',
    source: 'app',
    target: 'etcd',
    check: ({ evidence }) => assert.equal(evidence.endpoint, 'etcd'),
  },
};
