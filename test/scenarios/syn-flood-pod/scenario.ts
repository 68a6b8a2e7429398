import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'a pod floods an open port of another one from its own address, with ECN flags in its SYNs',
  from: 'pod',
  pods: { flooder: {}, victim: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'ports', { tcp: [PORT] }).line()),
  run: (act) => hping(act.member('flooder'), ['-S', '-X', '-Y', '-p', `${PORT}`, '-i', 'u500', act.ip('victim')], 5),
  expect: { rule: 'syn-flood', severity: 'high', source: 'flooder', target: 'victim' },
};
