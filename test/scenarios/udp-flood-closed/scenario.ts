import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'one source outside hammers a UDP port where nobody listens',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  run: (act) => hping(act.member('flooder'), ['--udp', '-p', '9998', '-i', 'u200', act.ip('victim')], 5),
  expect: { rule: 'udp-flood', severity: 'high', source: 'flooder', target: 'victim' },
};
