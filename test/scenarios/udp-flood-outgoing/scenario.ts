import { deaf } from '../support/deaf.ts';
import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a pod floods a host outside that nobody watches, with invented addresses',
  from: 'pod',
  pods: { flooder: {} },
  hosts: { victim: {} },
  prepare: (act) => deaf(act.member('victim')),
  run: (act) => hping(act.member('flooder'), ['--udp', '-p', '53', '--rand-source', '--flood', act.ip('victim')], 5),
  expect: { rule: 'udp-flood', severity: 'high', source: 'flooder', target: 'victim' },
};
