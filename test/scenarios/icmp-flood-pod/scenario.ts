import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a pod pings another one as fast as it can',
  from: 'pod',
  pods: { flooder: {}, victim: {} },
  run: (act) => hping(act.member('flooder'), ['--icmp', '--flood', act.ip('victim')], 5),
  expect: { rule: 'icmp-flood', severity: 'medium', source: 'flooder', target: 'victim' },
};
