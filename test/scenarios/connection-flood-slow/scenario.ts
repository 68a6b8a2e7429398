import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;

export const scenario: LiveScenario = {
  what: 'two hundred connections of one source outside, a byte each every four seconds (slowloris)',
  from: 'outside',
  pods: { victim: {} },
  hosts: { holder: {} },
  prepare: async (act) => void (await act.ownProgram('victim', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    const held = { host: act.ip('victim'), port: PORT, count: 200, first: 120, everyMs: 4000 };
    await act.ownProgram('holder', 'holder', held).line();
    await sleep(16_000);
  },
  expect: { rule: 'connection-flood', severity: 'medium', source: 'holder', target: 'victim' },
};
