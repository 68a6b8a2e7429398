import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'sixty clients outside open hundreds of connections a second all at once, and ask something on each',
  from: 'outside',
  pods: { shop: {} },
  hosts: { crowd: { addresses: 60 } },
  prepare: async (act) => void (await act.ownProgram('shop', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    const localAddresses = act.member('crowd').ips;
    const load = { host: act.ip('shop'), port: PORT, perSecond: 900, seconds: 8, bytes: 200, localAddresses };
    await act.ownProgram('crowd', 'churn', load).line();
  },
  expect: 'silence',
};
