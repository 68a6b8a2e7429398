import assert from 'node:assert/strict';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'masscan, which has a TCP stack of its own, at 500 packets a second',
  from: 'pod',
  pods: { scanner: {}, victim: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'ports', { tcp: [80] }).line()),
  run: async (act) => {
    const router = act.lab.podNetwork.replace('0/24', '1');
    const { stdout: mac } = await act
      .member('scanner')
      .run(`ping -c1 -W1 ${router} >/dev/null; ip -o neigh show ${router} | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}'`);
    const args = [
      '--rate',
      '500',
      '--wait',
      '0',
      '--interface',
      'eth0',
      '--router-mac',
      mac.trim().replaceAll(':', '-'),
    ];
    const { code, stderr } = await act.member('scanner').run(['masscan', '-p1-1000', ...args, act.ip('victim')]);
    assert.equal(code, 0, stderr);
  },
  expect: { rule: 'port-scan', severity: 'medium', source: 'scanner', target: 'victim' },
};
