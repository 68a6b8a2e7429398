import { Flood } from '../../e2e/support/flood.ts';
import { nmap } from '../support/nmap.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'a scan by a pod while spoofed SYNs by the thousand hit closed and open ports of its target',
  from: 'pod and outside',
  pods: { scanner: {}, victim: {} },
  hosts: { flooder: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    await using _open = new Flood(act.member('flooder'), act.ip('victim'), { port: PORT, rate: 5000 });
    await using _closed = new Flood(act.member('flooder'), act.ip('victim'), { port: 81, rate: 5000 });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await nmap(act.member('scanner'), ['-sS', '-T3', act.ip('victim')]);
  },
  expect: { rule: 'port-scan', severity: 'medium', source: 'scanner', target: 'victim' },
  // The flood at the open port is one, and has its own alert.
  alsoAllowed: ['syn-flood', 'volume-surge'],
};
