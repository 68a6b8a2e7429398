import assert from 'node:assert/strict';
import { until } from '../../e2e/support/until.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 3333;
const LOGIN = `${JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'login', params: { login: '4ExampleWallet.rig', pass: 'x', agent: 'XMRig/6.21.0', algo: ['rx/0'] } })}\n`;
const JOB = `${JSON.stringify({ id: 1, jsonrpc: '2.0', result: { id: 'a', job: { blob: '00', job_id: '1', target: 'ff' }, status: 'OK' }, error: null })}\n`;

export const scenario: LiveScenario = {
  what: 'a miner in a pod logs in at a pool outside',
  from: 'pod',
  pods: { miner: {} },
  hosts: { pool: {} },
  prepare: async (act) => void (await act.ownProgram('pool', 'speak', { listen: PORT, lines: [JOB] }).line()),
  run: async (act) => {
    await act.ownProgram('miner', 'speak', { to: { host: act.ip('pool'), port: PORT }, first: LOGIN }).line();
    await until('the miner is told', () => act.opened().length > 0, { withinMs: 10_000 });
  },
  expect: {
    rule: 'crypto-mining',
    severity: 'high',
    source: 'miner',
    target: 'pool',
    check: ({ evidence }) => assert.deepEqual([evidence.method, evidence.agent], ['login', 'XMRig/6.21.0']),
  },
};
