import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a sweep with raw packets (nmap -sS --send-ip) of hosts behind the router that do not exist',
  from: 'pod',
  pods: { worm: {} },
  run: async (act) => {
    const args = ['nmap', '-n', '-Pn', '--send-ip', '-sS', '-p', '6379', '--max-retries', '1', '198.18.7.0/26'];
    await act.member('worm').run(args);
  },
  expect: { rule: 'host-sweep', severity: 'low', source: 'worm', target: null, beforeEnd: false },
};
