import { deaf } from '../support/deaf.ts';
import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a pod sends raw SYNs with invented addresses to a host outside that nobody watches',
  from: 'pod',
  pods: { flooder: {} },
  hosts: { victim: {} },
  prepare: (act) => deaf(act.member('victim')),
  run: (act) => hping(act.member('flooder'), ['-S', '-p', '80', '--rand-source', '--flood', act.ip('victim')], 10),
  expect: { rule: 'syn-flood', severity: 'high', source: 'flooder', target: 'victim', beforeEnd: false },
};
