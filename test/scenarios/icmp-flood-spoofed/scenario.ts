import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'pings from invented addresses, of which only the pod’s answers leave a trace',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  run: (act) => hping(act.member('flooder'), ['--icmp', '--rand-source', '-i', 'u500', act.ip('victim')], 6),
  expect: { rule: 'icmp-flood', severity: 'medium', source: null, target: 'victim' },
};
