import { nmap } from '../support/nmap.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a scan paced at two probes a second, below the lowered threshold of port-scan and above that of slow-scan',
  from: 'pod',
  pods: { scanner: {}, victim: {} },
  run: async (act) => {
    await nmap(act.member('scanner'), ['-sT', '--scan-delay', '500ms', '-p', '1-16', act.ip('victim')]);
  },
  expect: { rule: 'slow-scan', severity: 'medium', source: 'scanner', target: 'victim' },
};
