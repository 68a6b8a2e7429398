import type { LiveScenario } from '../support/scenario.ts';

const PORT = 8080;
/** Three tiers of four services, each of which calls all of the next. */
const tiers = Array.from({ length: 3 }, (_, tier) => Array.from({ length: 4 }, (_, n) => `tier-${tier}-${n}`));

export const scenario: LiveScenario = {
  what: 'one request goes through an ingress and three tiers of services that all listen on 8080, and calls everybody',
  from: 'pod',
  pods: Object.fromEntries(['user', 'ingress', ...tiers.flat()].map((role) => [role, {}])),
  prepare: async (act) => {
    const below = [...tiers.slice(1), []];
    const next = new Map(tiers.flatMap((tier, n) => tier.map((role) => [role, below[n] ?? []] as const)));
    next.set('ingress', tiers[0] ?? []);
    await Promise.all(
      [...next].map(([role, callees]) =>
        act.ownProgram(role, 'relay', { port: PORT, next: callees.map((callee) => act.ip(callee)) }).line(),
      ),
    );
  },
  run: async (act) => {
    await act.ownProgram('user', 'visitor', { port: PORT, hosts: [act.ip('ingress')], rounds: 1, everyMs: 0 }).line();
  },
  expect: 'silence',
};
