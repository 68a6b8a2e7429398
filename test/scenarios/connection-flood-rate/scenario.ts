import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'one source outside asks something on more than a thousand new connections a second',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    const load = { host: act.ip('victim'), port: PORT, perSecond: 1500, seconds: 10, bytes: 200 };
    await act.ownProgram('flooder', 'churn', load).line();
  },
  expect: { rule: 'connection-flood', severity: 'medium', source: 'flooder', target: 'victim' },
};
