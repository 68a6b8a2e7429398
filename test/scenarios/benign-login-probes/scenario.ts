import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'tcpSocket probes of ports 22 and 3306, ten a second: the server speaks first, the probe hangs up',
  from: 'pod',
  pods: { prober: {}, server: {} },
  prepare: async (act) =>
    void (await act.ownProgram('server', 'login-server', { services: { 22: 'ssh', 3306: 'mysql' } }).line()),
  run: async (act) => {
    const probes = [22, 3306].map((port) => {
      const settings = { host: act.ip('server'), port, service: 'probe', sessions: 60, pauseMs: 100 };
      return act.ownProgram('prober', 'login-loop', settings).line();
    });
    await Promise.all(probes);
  },
  expect: 'silence',
};
