import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'an iperf3 -u test between two pods, which answers its sender once',
  from: 'pod',
  pods: { client: {}, server: {} },
  run: async (act) => {
    const server = act.member('server').spawn('iperf3', ['-s', '-1'], { stdio: 'ignore' });
    await sleep(500);
    const test = await act.member('client').run(['iperf3', '-u', '-b', '300M', '-t', '8', '-c', act.ip('server')]);
    server.kill();
    assert.equal(test.code, 0, test.stderr);
  },
  expect: 'silence',
};
