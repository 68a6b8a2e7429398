import assert from 'node:assert/strict';
import type { LiveScenario } from '../support/scenario.ts';

/** Of timeout(1). */
const TIMED_OUT = 124;

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
    // Two seconds; seen once to hang when all was sent (1.3.2).
    const masscan = ['timeout', '-k', '5', '20', 'masscan', '-p1-1000', ...args, act.ip('victim')];
    const { code, stderr } = await act.member('scanner').run(masscan);
    assert.ok(code === 0 || code === TIMED_OUT, stderr);
  },
  expect: { rule: 'port-scan', severity: 'medium', source: 'scanner', target: 'victim' },
};
