import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a pod guesses passwords of an FTP server, a session after the other, as hydra -t 1 does',
  from: 'pod',
  pods: { attacker: {}, server: {} },
  prepare: async (act) => void (await act.ownProgram('server', 'login-server', { services: { 21: 'ftp' } }).line()),
  run: async (act) => {
    const settings = { host: act.ip('server'), port: 21, service: 'ftp', sessions: 40 };
    await act.ownProgram('attacker', 'login-loop', settings).line();
  },
  expect: { rule: 'brute-force', severity: 'medium', source: 'attacker', target: 'server' },
};
