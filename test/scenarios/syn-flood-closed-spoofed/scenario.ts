import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'SYNs from invented addresses at a port where nobody listens',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  run: (act) => hping(act.member('flooder'), ['-S', '-p', '81', '--rand-source', '-i', 'u200', act.ip('victim')], 5),
  expect: { rule: 'syn-flood', severity: 'medium', source: null, target: 'victim' },
};
