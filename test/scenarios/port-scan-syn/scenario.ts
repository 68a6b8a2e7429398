import { nmap } from '../support/nmap.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a half-open scan (nmap -sS) of a pod without an open port',
  from: 'pod',
  pods: { scanner: {}, victim: {} },
  run: async (act) => void (await nmap(act.member('scanner'), ['-sS', act.ip('victim')])),
  expect: { rule: 'port-scan', severity: 'medium', source: 'scanner', target: 'victim' },
};
