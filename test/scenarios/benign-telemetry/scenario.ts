import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8125;
const SENDERS = ['first', 'second', 'third', 'fourth'];

export const scenario: LiveScenario = {
  what: 'four pods send a statsd server two thousand datagrams a second each, which it never answers',
  from: 'pod',
  pods: { statsd: {}, first: {}, second: {}, third: {}, fourth: {} },
  prepare: async (act) => void (await act.ownProgram('statsd', 'sink', { port: PORT }).line()),
  run: async (act) => {
    const load = { host: act.ip('statsd'), port: PORT, perSecond: 2000, seconds: 8, bytes: 90 };
    await Promise.all(SENDERS.map((role) => act.ownProgram(role, 'datagrams', load).line()));
  },
  expect: 'silence',
};
