import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'spoofed SYNs to ever other closed ports (hping3 --rand-source -p ++1): nobody tries many, so it is a flood',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  run: async (act) => {
    const args = ['-I', 'eth0', '-q', '-n', '-S', '-p', '++1', '--rand-source', '-i', 'u200', '-c', '15000'];
    await act.member('flooder').run(['hping3', ...args, act.ip('victim')]);
  },
  expect: { rule: 'syn-flood', severity: 'medium', source: null, target: 'victim' },
};
