import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'one source outside opens hundreds of connections a second and says nothing on them',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    const load = { host: act.ip('victim'), port: PORT, perSecond: 800, seconds: 9, bytes: 0 };
    await act.ownProgram('flooder', 'churn', load).line();
  },
  expect: { rule: 'connection-flood', severity: 'medium', source: 'flooder', target: 'victim' },
};
