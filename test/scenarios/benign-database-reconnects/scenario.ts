import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'an application without a pool: a connection to PostgreSQL a query, thirty a second',
  from: 'pod',
  pods: { app: {}, db: {} },
  prepare: async (act) => void (await act.ownProgram('db', 'login-server', { services: { 5432: 'postgres' } }).line()),
  run: async (act) => {
    const settings = { host: act.ip('db'), port: 5432, service: 'postgres', sessions: 300, parallel: 3, pauseMs: 80 };
    await act.ownProgram('app', 'login-loop', settings).line();
  },
  expect: 'silence',
};
