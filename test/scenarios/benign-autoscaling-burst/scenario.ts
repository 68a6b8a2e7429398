import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 5432;
const REPLICAS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

export const scenario: LiveScenario = {
  what: 'six new replicas fill their pools of eighty connections each at once, and leave them idle',
  from: 'pod',
  pods: { database: {}, first: {}, second: {}, third: {}, fourth: {}, fifth: {}, sixth: {} },
  prepare: async (act) => void (await act.ownProgram('database', 'ports', { tcp: [PORT] }).line()),
  run: async (act) => {
    const pool = { host: act.ip('database'), port: PORT, count: 80, first: 60, everyMs: 0 };
    await Promise.all(REPLICAS.map((role) => act.ownProgram(role, 'holder', pool).line()));
    await sleep(14_000);
  },
  expect: 'silence',
};
