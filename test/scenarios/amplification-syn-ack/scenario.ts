import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'SYN-ACKs of a server outside for connections that the pod never opened',
  from: 'outside',
  pods: { victim: {} },
  hosts: { reflector: {} },
  run: (act) =>
    hping(act.member('reflector'), ['-S', '-A', '-s', '443', '-k', '-p', '5555', '-i', 'u5000', act.ip('victim')], 5),
  expect: { rule: 'amplification', severity: 'medium', source: null, target: 'victim' },
  // The reflector sends raw packets, and here its own kernel is watched too, which sees the answers to them.
  alsoAllowed: ['port-scan'],
};
