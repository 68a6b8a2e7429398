import type { LiveScenario } from '../support/scenario.ts';

const PORT = 4433;

export const scenario: LiveScenario = {
  what: 'a pod asks a server outside for a stream of 6,000 datagrams a second, and goes before it is over',
  from: 'outside',
  pods: { viewer: {} },
  hosts: { server: {} },
  prepare: async (act) =>
    void (await act.ownProgram('server', 'stream', { port: PORT, perSecond: 6000, seconds: 10 }).line()),
  run: async (act) => {
    const ask = { host: act.ip('server'), port: PORT, perSecond: 1, seconds: 9, bytes: 40 };
    await act.ownProgram('viewer', 'datagrams', ask).line();
  },
  expect: 'silence',
};
