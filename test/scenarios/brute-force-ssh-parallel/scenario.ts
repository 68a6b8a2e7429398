import assert from 'node:assert/strict';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a pod guesses passwords of an SSH server, four at a time, as hydra -t 4 does',
  from: 'pod',
  pods: { attacker: {}, server: {} },
  prepare: async (act) => void (await act.ownProgram('server', 'login-server', { services: { 22: 'ssh' } }).line()),
  run: async (act) => {
    const settings = { host: act.ip('server'), port: 22, service: 'ssh', sessions: 40, parallel: 4 };
    await act.ownProgram('attacker', 'login-loop', settings).line();
  },
  expect: {
    rule: 'brute-force',
    severity: 'medium',
    source: 'attacker',
    target: 'server',
    check: ({ evidence }) => assert.equal(evidence.service, 'ssh'),
  },
};
