import assert from 'node:assert/strict';
import type { Alert } from '@netguard/core';
import { until } from '../../e2e/support/until.ts';
import type { Act } from '../support/act.ts';
import type { LiveScenario } from '../support/scenario.ts';

const PORT = 4445;
const PODS = 9;
const QUIET = 5;
const roles = Array.from({ length: PODS }, (_, n) => `pod-${n}`);
const quiet = Array.from({ length: QUIET }, (_, n) => `quiet-${n}`);

/** The nth pod infects these; the last ones come to pods that are infected already. */
const preyOf = (n: number): readonly string[] => roles.slice(...(2 * n + 2 < PODS ? [2 * n + 1, 2 * n + 3] : [0, 2]));
const parentOf = (role: string): string | null => {
  const n = roles.indexOf(role);
  return n === 0 ? null : (roles[(n - 1) >> 1] as string);
};

/** Most do not answer, as with any worm that guesses. */
const routeOf = (act: Act, n: number): string[] => {
  const [first, second] = preyOf(n).map((role) => act.ip(role)) as [string, string];
  const [a, b, c, d, e] = quiet.map((role) => act.ip(role)) as [string, string, string, string, string];
  return [a, b, first, c, d, second, e];
};

const start = (act: Act, n: number) =>
  act.ownProgram(roles[n] as string, 'worm', { port: PORT, targets: routeOf(act, n), isZero: n === 0, everyMs: 150 });

interface Node {
  readonly id: number;
  readonly parent: number | null;
  readonly name: string;
  readonly state: string;
}

function assertTree(alert: Alert): void {
  const tree = alert.evidence.tree as Node[];
  const told = tree.map(({ name, parent }) => [name, parent === null ? null : tree[parent]?.name]);
  const named = (role: string | null) => (role === null ? null : `worm-propagation-tree/${role}`);
  assert.deepEqual(
    told.toSorted(),
    roles.map((role) => [named(role), named(parentOf(role))]),
  );
  assert.equal(tree[0]?.name, named(roles[0] as string), 'patient zero first');
  assert.ok(tree.every(({ state }) => state === 'infected'));
}

export const scenario: LiveScenario = {
  what: 'a worm in one pod spreads over eight others, two by each, and meets five that do not listen',
  from: 'pod',
  pods: Object.fromEntries([
    ...roles.map((role, n) => [role, { workload: { kind: 'Deployment', name: `app-${n >> 1}` } }]),
    ...quiet.map((role) => [role, {}]),
  ]),
  prepare: async (act) => {
    await Promise.all(roles.slice(1).map((_, n) => start(act, n + 1).line()));
  },
  run: async (act) => {
    start(act, 0);
    const worms = act.programs('worm');
    await Promise.all(worms.map((worm) => worm.line(2)));
  },
  afterwards: async (act, { id, evidence }) => {
    const grown = await until('all nine to be in the tree', async () => {
      const alert = (await act.agent.list<Alert>('alerts')).find((one) => one.id === id);
      return alert !== undefined && alert.evidence.observed === PODS ? alert : undefined;
    });
    assertTree(grown);
    const capture = await fetch(`${act.agent.url}/api/v1/alerts/${id}/pcap`);
    assert.equal(capture.status, 200, 'what patient zero sent was kept');
    assert.ok(Buffer.from(await capture.arrayBuffer()).includes('copy me'));
    assert.equal(grown.severity, 'high');
    assert.ok(evidence.observed < PODS, 'it was told while it grew');
  },
  expect: {
    rule: 'worm-propagation',
    severity: 'medium',
    source: 'pod-0',
    target: null,
    check: ({ evidence }) => assert.equal(evidence.port, PORT),
  },
};
