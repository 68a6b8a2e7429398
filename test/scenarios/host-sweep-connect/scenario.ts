import { nmap } from '../support/nmap.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a sweep of port 445 over eighty addresses of the pods’ network (nmap -sT), of which two exist',
  from: 'pod',
  pods: { worm: {}, alive: {}, quiet: {} },
  prepare: async (act) => void (await act.ownProgram('alive', 'ports', { tcp: [445] }).line()),
  run: async (act) => {
    const targets = [act.ip('alive'), act.ip('quiet'), ...act.deadIps(80)];
    await nmap(act.member('worm'), ['--unprivileged', '-sT', '--max-retries', '1', '-p', '445', ...targets]);
  },
  expect: { rule: 'host-sweep', severity: 'low', source: 'worm', target: null },
  inCapture: {
    because: 'an address of the own network that nobody has gets no packet, only ARP requests',
    expect: 'silence',
  },
};
