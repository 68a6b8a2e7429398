import type { LiveScenario } from '../support/scenario.ts';

const PORT = 7946;
const members = Array.from({ length: 7 }, (_, n) => `member-${n}`);

export const scenario: LiveScenario = {
  what: 'seven workloads gossip with each other on one port, and with two members that are gone',
  from: 'pod',
  pods: Object.fromEntries([...members, 'gone-0', 'gone-1'].map((role) => [role, {}])),
  prepare: async (act) => {
    await Promise.all(members.map((role) => act.ownProgram(role, 'ports', { tcp: [PORT] }).line()));
  },
  run: async (act) => {
    await Promise.all(
      members.map((role, n) => {
        const others = [...members.slice(n + 1), ...members.slice(0, n), 'gone-0', 'gone-1'];
        const hosts = others.map((other) => act.ip(other));
        return act.ownProgram(role, 'visitor', { port: PORT, hosts, rounds: 3, everyMs: 40 }).line();
      }),
    );
  },
  expect: 'silence',
  // Seven workloads do fail on two members, which is what that rule is for.
  alsoAllowed: ['target-down'],
};
