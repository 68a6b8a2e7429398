import { nmap } from '../support/nmap.ts';
import type { LiveScenario } from '../support/scenario.ts';

const victims = Array.from({ length: 12 }, (_, n) => `web-${n}`);

export const scenario: LiveScenario = {
  what: 'a sweep of port 23 from outside over twelve pods, none of which has it open',
  from: 'outside',
  pods: Object.fromEntries(victims.map((name) => [name, {}])),
  hosts: { bot: {} },
  run: async (act) => {
    await nmap(act.member('bot'), ['-sS', '-T2', '-p', '23', ...victims.map((name) => act.ip(name))]);
  },
  // One probe a pod crosses no threshold of the kernel: they are read at the tick, when a short sweep is over.
  expect: { rule: 'host-sweep', severity: 'medium', source: 'bot', target: null, beforeEnd: false },
};
