import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAlert, sampleDetector } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { alertCard } from './alert-card.ts';
import { explainAlert } from './explain-alert.ts';
import { infectionTree } from './infection-tree.ts';

const plain = palette({ colour: false });
const { evidence } = sampleAlert();

function node(id: number, parent: number | null, name: string, ms: number, state = 'infected') {
  const at = new Date(Date.UTC(2026, 10, 25, 0, 10, 0, ms)).toISOString();
  const spreads = state === 'infected' ? 6 : 0;
  return {
    id,
    parent,
    name: `shop/${name}`,
    ip: `10.0.0.${id}`,
    state,
    at,
    generation: 1,
    hosts: spreads,
    failed: spreads,
  };
}

const tree = [
  node(0, null, 'web-1', 0),
  node(1, 0, 'api-1', 200),
  node(2, 0, 'api-2', 400),
  node(3, 1, 'db-0', 900),
  node(4, 1, 'cache', 1200, 'reached'),
];

test('a tree is drawn with patient zero first and each pod under who infected it', () => {
  assert.deepEqual(infectionTree({ ...evidence, tree }), [
    'shop/web-1 (10.0.0.0)  patient zero  Nov 25 00:10:00.000 UTC  tried 6 hosts, 6 failed',
    '├─ shop/api-1 (10.0.0.1)  +200 ms  tried 6 hosts, 6 failed',
    '│  ├─ shop/db-0 (10.0.0.3)  +700 ms  tried 6 hosts, 6 failed',
    '│  └─ shop/cache (10.0.0.4)  +1 s  reached, does not spread',
    '└─ shop/api-2 (10.0.0.2)  +400 ms  tried 6 hosts, 6 failed',
  ]);
});

test('show and explain draw it, and do not list it a second time', () => {
  const alert = sampleAlert({ rule: 'worm-propagation', evidence: { ...evidence, tree, treeOmitted: 3 } });
  for (const lines of [alertCard(alert, plain, 100, 0), explainAlert(alert, sampleDetector(), plain, 100)]) {
    const text = lines.join('\n');
    assert.match(text, /shop\/web-1 \(10\.0\.0\.0\) {2}patient zero/);
    assert.match(text, /│ {2}├─ shop\/db-0/);
    assert.match(text, /… and 3 more/);
    assert.equal(text.split('shop/db-0').length, 2);
  }
});

test('a tree that is none, goes in a circle, or is too large is drawn as far as it can be', () => {
  assert.deepEqual(infectionTree({ ...evidence, tree: 'x' }), []);
  assert.deepEqual(infectionTree({ ...evidence, tree: [null, { id: 1 }] }), []);
  assert.deepEqual(infectionTree({ ...evidence, tree: [node(1, 2, 'a', 0), node(2, 1, 'b', 0)] }), ['… and 2 more']);
  const long = Array.from({ length: 500 }, (_, n) => node(n, n === 0 ? null : n - 1, `p${n}`, n));
  const lines = infectionTree({ ...evidence, tree: long });
  assert.ok(lines.length <= 65);
  assert.match(lines.at(-1) ?? '', /more$/);
  const evil = infectionTree({ ...evidence, tree: [{ ...node(0, null, 'x', 0), name: '\x1b[2J' }] });
  assert.ok(!evil.join('').includes('\x1b'));
});
