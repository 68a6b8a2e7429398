import { hping } from '../support/hping.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 9999;

export const scenario: LiveScenario = {
  what: 'datagrams from invented addresses at an open port (hping3 --udp --rand-source), until the kernel’s table is full',
  from: 'outside',
  pods: { victim: {} },
  hosts: { flooder: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'sink', { port: PORT }).line()),
  run: (act) =>
    hping(act.member('flooder'), ['--udp', '-p', `${PORT}`, '--rand-source', '--flood', act.ip('victim')], 5),
  expect: { rule: 'udp-flood', severity: 'high', source: null, target: 'victim' },
};
