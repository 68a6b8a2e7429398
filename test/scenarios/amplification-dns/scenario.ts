import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 9999;
const ANSWER = ['--udp', '-s', '53', '-k', '-d', '1200', '-p', `${PORT}`];

export const scenario: LiveScenario = {
  what: 'large answers from port 53 of invented resolvers that the pod never asked',
  from: 'outside',
  pods: { victim: {} },
  hosts: { reflector: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'sink', { port: PORT }).line()),
  run: (act) => hping(act.member('reflector'), [...ANSWER, '--rand-source', '-i', 'u250', act.ip('victim')], 5),
  expect: { rule: 'amplification', severity: 'high', source: null, target: 'victim' },
};
