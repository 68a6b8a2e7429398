import assert from 'node:assert/strict';
import { until } from '../../e2e/support/until.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 443;
const BANNER = 'SSH-2.0-OpenSSH_9.6\r\n';

export const scenario: LiveScenario = {
  what: 'a pod speaks SSH with a server outside on the port of HTTPS',
  from: 'pod',
  pods: { client: {} },
  hosts: { server: {} },
  prepare: async (act) => void (await act.ownProgram('server', 'speak', { listen: PORT, first: BANNER }).line()),
  run: async (act) => {
    await act.ownProgram('client', 'speak', { to: { host: act.ip('server'), port: PORT }, lines: [BANNER] }).line();
    await until('it is told', () => act.opened().length > 0, { withinMs: 10_000 });
  },
  expect: {
    rule: 'protocol-anomaly',
    severity: 'medium',
    source: 'client',
    target: 'server',
    check: ({ evidence }) => assert.deepEqual([evidence.protocol, evidence.expected], ['ssh', ['tls']]),
  },
};
