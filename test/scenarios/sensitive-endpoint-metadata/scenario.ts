import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveScenario } from '../support/scenario.ts';

const METADATA = '169.254.169.254';
/** access.test.ts lets a workload learn for ten seconds. */
const LEARNING_MS = 14_000;

export const scenario: LiveScenario = {
  what: 'a pod that served its neighbour so far asks the cloud’s metadata service, which another pod plays',
  from: 'pod',
  pods: { app: { labels: { app: 'app' } }, cloud: {}, neighbour: {} },
  prepare: async (act) => {
    await act.program('neighbour', 'listener', { port: 8080 }).line();
    await act.program('cloud', 'listener', { port: 80 }).line();
    await act.member('cloud').run(['ip', 'address', 'add', `${METADATA}/32`, 'dev', 'eth0']);
    await act.member('app').run(['ip', 'route', 'add', `${METADATA}/32`, 'dev', 'eth0']);
  },
  run: async (act) => {
    act.program('app', 'visitor', { host: act.ip('neighbour'), port: 8080, everyMs: 200 });
    await delay(LEARNING_MS);
    await act.program('app', 'visitor', { host: METADATA, port: 80, everyMs: 500 }).line();
    await delay(1500);
  },
  expect: {
    rule: 'sensitive-endpoint',
    severity: 'low',
    source: 'app',
    check: ({ evidence, target }) => {
      assert.equal(target?.ip, METADATA);
      assert.equal(evidence.endpoint, 'cloud-metadata');
    },
  },
};
