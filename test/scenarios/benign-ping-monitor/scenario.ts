import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

const TARGETS = ['first', 'second', 'third'];

export const scenario: LiveScenario = {
  what: 'a pod pings three others five times a second',
  from: 'pod',
  pods: { monitor: {}, first: {}, second: {}, third: {} },
  run: async (act) => {
    const pings = TARGETS.map((role) => hping(act.member('monitor'), ['--icmp', '-i', 'u200000', act.ip(role)], 8));
    await Promise.all(pings);
  },
  expect: 'silence',
};
