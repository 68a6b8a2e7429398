import type { LiveScenario } from '../support/scenario.ts';

const PORT = 53;

export const scenario: LiveScenario = {
  what: 'three pods ask a resolver thousands of questions a second, each from a new port',
  from: 'pod',
  pods: { resolver: {}, first: {}, second: {}, third: {} },
  prepare: async (act) => void (await act.ownProgram('resolver', 'ports', { udp: [PORT] }).line()),
  run: async (act) => {
    const load = { host: act.ip('resolver'), port: PORT, perSecond: 1200, seconds: 8, bytes: 60, newSockets: true };
    await Promise.all(['first', 'second', 'third'].map((role) => act.ownProgram(role, 'datagrams', load).line()));
  },
  expect: 'silence',
};
