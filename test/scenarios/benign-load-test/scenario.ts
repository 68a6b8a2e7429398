import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'a load generator in a pod opens a new connection for each of its requests',
  from: 'pod',
  pods: { generator: {}, service: {} },
  prepare: async (act) => void (await act.ownProgram('service', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    const load = { host: act.ip('service'), port: PORT, perSecond: 1200, seconds: 8, bytes: 200 };
    await act.ownProgram('generator', 'churn', load).line();
  },
  expect: 'silence',
};
