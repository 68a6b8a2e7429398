import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'one source outside hammers a port where nobody listens with SYNs',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  run: (act) => hping(act.member('flooder'), ['-S', '-p', '81', '-i', 'u1000', act.ip('victim')], 5),
  expect: { rule: 'syn-flood', severity: 'medium', source: 'flooder', target: 'victim' },
  // The flooder sends raw packets, and here its own kernel is watched too, which sees the answers to them.
  alsoAllowed: ['port-scan'],
};
