import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 9999;

export const scenario: LiveScenario = {
  what: 'a pod floods an open UDP port of another one, a new source port for each datagram',
  from: 'pod',
  pods: { flooder: {}, victim: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'sink', { port: PORT }).line()),
  run: (act) => hping(act.member('flooder'), ['--udp', '-p', `${PORT}`, '--flood', act.ip('victim')], 5),
  expect: { rule: 'udp-flood', severity: 'high', source: 'flooder', target: 'victim' },
};
