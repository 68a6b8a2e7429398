import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'invented addresses hammer a UDP port where nobody listens',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  run: (act) =>
    hping(act.member('flooder'), ['--udp', '-p', '9998', '--rand-source', '-i', 'u200', act.ip('victim')], 5),
  expect: { rule: 'udp-flood', severity: 'high', source: null, target: 'victim' },
};
