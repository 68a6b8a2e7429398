import assert from 'node:assert/strict';
import { nmap } from '../support/nmap.ts';
import type { LiveScenario } from '../support/scenario.ts';

export const scenario: LiveScenario = {
  what: 'a scan from outside with four decoys (nmap -D), which nobody can tell from the real one',
  from: 'outside',
  pods: { victim: {} },
  hosts: { scanner: {} },
  run: async (act) => {
    const decoys = '198.51.100.1,198.51.100.2,ME,198.51.100.3,198.51.100.4';
    await nmap(act.member('scanner'), ['-sS', '-D', decoys, act.ip('victim')]);
  },
  expect: {
    rule: 'port-scan',
    severity: 'medium',
    source: null,
    target: 'victim',
    check: ({ sources }) => assert.ok((sources?.top.length ?? 0) >= 3, JSON.stringify(sources)),
  },
};
