import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import type { AlertEvent, Finding } from './alert.ts';
import { AlertBook } from './alert-book.ts';
import { OWNED_FOR_MS } from './cause-key.ts';
import { CLOSED_FOR_MS } from './closed-causes.ts';

const T0 = 1_700_000_000_000;
const attacker: Endpoint = { ip: '10.0.0.9', kind: 'pod', namespace: 'dev', workload: { kind: 'Job', name: 'x' } };
const web: Endpoint = { ip: '10.0.0.1', kind: 'pod', namespace: 'shop', workload: { kind: 'Deployment', name: 'web' } };
const db: Endpoint = { ip: '10.0.0.2', kind: 'pod', namespace: 'shop', workload: { kind: 'StatefulSet', name: 'db' } };

function finding(rule: string, more: Partial<Finding> = {}): Finding {
  return {
    rule,
    category: 'scan',
    severity: 'medium',
    confidence: 1,
    title: 't',
    description: 'd',
    source: attacker,
    target: web,
    sinceMs: T0,
    count: 1,
    evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
    mitre: [],
    suggestion: 's',
    ...more,
  };
}

function bookOf(quietMs = 60_000): AlertBook {
  return new AlertBook({
    cluster: 'c',
    node: 'n',
    quietMs,
    yieldsTo: {
      'slow-scan': [{ rule: 'port-scan', same: 'source' }],
      'new-edge': [{ rule: 'slow-scan', same: 'pair' }],
    },
  });
}

const told = (events: readonly AlertEvent[]) => events.map(({ type, alert }) => `${type} ${alert.rule}`);

describe('an alert gives way to the alert of the rule that owns its cause', () => {
  it('also when the owner only takes it along, and then for the same ports alone', () => {
    const book = new AlertBook({
      cluster: 'c',
      node: 'n',
      yieldsTo: { 'host-sweep': [{ rule: 'worm', same: 'source', ifSamePorts: true }] },
    });
    const at = (port: number) => ({ evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1, port } });
    book.apply(
      [
        finding('host-sweep', { source: web, target: null, ...at(445) }),
        finding('host-sweep', { source: db, target: null, ...at(22) }),
      ],
      T0,
    );
    const alsoOwns = [web, db].map((source) => ({ source, target: null }));
    const events = book.apply([finding('worm', { target: null, alsoOwns, ...at(445) })], T0 + 1000);
    assert.deepEqual(told(events), ['open worm', 'resolve host-sweep']);
    assert.deepEqual(
      book.list().map(({ rule, source }) => [rule, source?.workload?.name]),
      [
        ['host-sweep', 'db'],
        ['worm', 'x'],
      ],
    );
  });

  it('when the owner comes a moment later: one cause ends as one alert', () => {
    const book = bookOf();
    book.apply([finding('slow-scan'), finding('slow-scan', { target: db })], T0);
    const events = book.apply([finding('port-scan')], T0 + 30_000);
    assert.deepEqual(told(events), ['open port-scan', 'resolve slow-scan', 'resolve slow-scan']);
    const [opened, ...resolved] = events.map(({ alert }) => alert);
    assert.deepEqual(opened?.evidence.alsoSeenAs, ['slow-scan']);
    for (const alert of resolved) assert.deepEqual([alert.status, alert.supersededBy], ['resolved', opened?.id]);
    assert.deepEqual(
      book.list().map(({ rule }) => rule),
      ['port-scan'],
    );
  });

  it('and stays mentioned there when the owner is found again', () => {
    const book = bookOf();
    book.apply([finding('slow-scan')], T0);
    book.apply([finding('port-scan')], T0 + 1000);
    const evidence = { observed: 9, threshold: 1, unit: 'u', windowMs: 1, alsoSeenAs: ['host-sweep'] };
    book.apply([finding('port-scan', { evidence })], T0 + 2000);
    assert.deepEqual(book.list()[0]?.evidence.alsoSeenAs, ['host-sweep', 'slow-scan']);
    assert.equal(book.list()[0]?.evidence.observed, 9);
  });

  it('not when it speaks of somebody else, or was last found long before', () => {
    const book = bookOf(3_600_000);
    book.apply([finding('slow-scan')], T0);
    assert.deepEqual(told(book.apply([finding('port-scan', { source: db })], T0 + 1)), ['open port-scan']);
    assert.deepEqual(told(book.apply([finding('port-scan')], T0 + OWNED_FOR_MS + 1)), ['open port-scan']);
    assert.equal(book.list().length, 3);
  });

  it('also over a rule in between, whose finding was left to the owner and never became an alert', () => {
    const book = bookOf();
    book.apply([finding('new-edge')], T0);
    const owner = finding('port-scan', { target: db });
    const events = book.apply([owner], T0 + 1000, [{ finding: finding('slow-scan'), owner }]);
    assert.deepEqual(told(events), ['open port-scan', 'resolve new-edge']);
    assert.deepEqual(book.list()[0]?.evidence.alsoSeenAs, ['new-edge', 'slow-scan']);
  });

  it('a finding left to an owner that has fallen silent is still mentioned there', () => {
    const book = bookOf();
    book.apply([finding('port-scan')], T0);
    assert.deepEqual(book.apply([], T0 + 20_000, [{ finding: finding('slow-scan'), owner: finding('port-scan') }]), []);
    assert.deepEqual(book.list()[0]?.evidence.alsoSeenAs, ['slow-scan']);
  });

  it('after a restart too', () => {
    const before = bookOf();
    before.apply([finding('slow-scan')], T0);
    const book = bookOf();
    book.restore(before.list(), T0 + 5000);
    assert.deepEqual(told(book.apply([finding('port-scan')], T0 + 6000)), ['open port-scan', 'resolve slow-scan']);
  });

  it('without making room for more single alerts than there are', () => {
    const book = new AlertBook({
      cluster: 'c',
      node: 'n',
      foldAfter: 1,
      yieldsTo: { a: [{ rule: 'b', same: 'source' }] },
    });
    book.apply([finding('a')], T0);
    book.apply([finding('b')], T0 + 1);
    const events = book.apply([finding('a', { source: db }), finding('a', { source: web })], T0 + 2);
    assert.deepEqual(events.filter(({ alert }) => alert.rule === 'a' && alert.foldedInto !== undefined).length, 1);
  });
});

describe('an alert that a person closed', () => {
  it('stays closed while its cause goes on, and opens anew after a pause', () => {
    const book = bookOf(1000);
    const [opened] = book.apply([finding('port-scan')], T0);
    book.close(opened?.alert.id ?? '', T0 + 10);
    assert.deepEqual(book.list(), []);
    for (let atMs = T0 + 500; atMs < T0 + 5000; atMs += 500)
      assert.deepEqual(book.apply([finding('port-scan')], atMs), []);
    assert.deepEqual(book.apply([], T0 + 6000), []);
    assert.deepEqual(told(book.apply([finding('port-scan')], T0 + 6001)), ['open port-scan']);
  });

  it('opens anew when the cause gets graver, or has gone on for an hour', () => {
    for (const [more, atMs] of [
      [{ severity: 'high' }, T0 + 20],
      [{}, T0 + CLOSED_FOR_MS + 11],
    ] as const) {
      const book = bookOf(2 * CLOSED_FOR_MS);
      const [opened] = book.apply([finding('port-scan')], T0);
      book.close(opened?.alert.id ?? '', T0 + 10);
      assert.deepEqual(told(book.apply([finding('port-scan', more)], atMs)), ['open port-scan']);
    }
  });

  it('is still closed after a restart', () => {
    const before = bookOf();
    const [opened] = before.apply([finding('port-scan')], T0);
    const { fingerprint = '', rule = '', severity = 'low' } = opened?.alert ?? {};
    const book = bookOf();
    book.restore([], T0 + 1000, [{ fingerprint, rule, severity, closedMs: T0 }]);
    assert.deepEqual(book.apply([finding('port-scan')], T0 + 2000), []);
  });

  it('cannot be a summary: that one lives by what is folded into it', () => {
    const book = new AlertBook({ cluster: 'c', node: 'n', foldAfter: 1 });
    book.apply([finding('a'), finding('a', { source: db })], T0);
    const summary = book.list().find(({ evidence }) => evidence.summary === true);
    book.close(summary?.id ?? '', T0 + 1);
    assert.equal(book.list().length, 3);
  });
});

it('a book of what is only observed marks each of its alerts', () => {
  const book = new AlertBook({ cluster: 'c', node: 'n', observed: true });
  assert.equal(book.apply([finding('beacon')], T0)[0]?.alert.observed, true);
});
