import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import type { Finding } from './alert.ts';
import { AlertBook, type AlertBookOptions } from './alert-book.ts';

const T0 = 1_700_000_000_000;

function target(name: string, namespace = 'shop'): Endpoint {
  return { ip: '10.0.0.1', port: 80, kind: 'pod', namespace, pod: `${name}-1`, workload: { kind: 'Deployment', name } };
}

function finding(more: Partial<Finding> & { observed?: number } = {}): Finding {
  const { observed = 300, ...fields } = more;
  return {
    rule: 'syn-flood',
    category: 'flood',
    severity: 'high',
    confidence: 0.9,
    title: 'SYN flood',
    description: 'd',
    source: null,
    target: target('web'),
    sinceMs: T0 - 200,
    count: 10,
    evidence: { observed, threshold: 200, unit: 'SYN/s', windowMs: 1000 },
    mitre: [],
    suggestion: 's',
    ...fields,
  };
}

function bookOf(more: Partial<AlertBookOptions> = {}): AlertBook {
  return new AlertBook({ cluster: 'c1', node: 'n1', ...more });
}

const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

describe('the alert book', () => {
  it('opens one alert a cause, with all that a consumer is promised', () => {
    const book = bookOf({ runbookBase: 'https://example.org/' });
    const events = book.apply([finding()], T0);
    assert.deepEqual(types(events), ['open']);
    const { alert } = events[0]!;
    assert.deepEqual(
      [alert.schemaVersion, alert.cluster, alert.rule, alert.status, alert.count, alert.firstSeen, alert.lastSeen],
      [1, 'c1', 'syn-flood', 'open', 10, '2023-11-14T22:13:19.800Z', '2023-11-14T22:13:20.000Z'],
    );
    assert.deepEqual(
      [alert.nodes, alert.runbookUrl, 'resolvedAt' in alert],
      [['n1'], 'https://example.org/syn-flood', false],
    );
    assert.deepEqual(book.apply([finding({ count: 1 })], T0 + 1000), []);
    assert.equal(book.list().length, 1);
    assert.equal(book.list()[0]?.count, 11);
  });

  it('speaks again at powers of ten of the count', () => {
    const book = bookOf();
    book.apply([finding({ count: 1 })], T0);
    const told: number[] = [];
    for (let index = 1; index < 2000; index++) {
      for (const { alert } of book.apply([finding({ count: 1 })], T0 + index)) told.push(alert.count);
    }
    assert.deepEqual(told, [10, 100, 1000]);
  });

  it('speaks again when what was observed has doubled since it last spoke', () => {
    const book = bookOf();
    book.apply([finding({ observed: 300 })], T0);
    const told = [500, 599, 600, 900, 1199, 1200].filter(
      (observed) => book.apply([finding({ observed, count: 0 })], T0 + observed).length > 0,
    );
    assert.deepEqual(told, [600, 1200]);
  });

  it('speaks again when the severity rises, and never lowers it', () => {
    const book = bookOf();
    book.apply([finding({ severity: 'medium' })], T0);
    const [raised] = book.apply([finding({ severity: 'critical', count: 0 })], T0 + 1);
    assert.equal(raised?.alert.severity, 'critical');
    assert.deepEqual(book.apply([finding({ severity: 'low', count: 0 })], T0 + 2), []);
    assert.equal(book.list()[0]?.severity, 'critical');
  });

  it('resolves after the quiet time of the rule, and a pause shorter than that changes nothing', () => {
    const book = bookOf({ quietMs: 10_000, quietMsByRule: { 'port-scan': 500 } });
    book.apply([finding(), finding({ rule: 'port-scan' })], T0);
    const [scan, ...none] = book.apply([], T0 + 500);
    assert.deepEqual([scan?.type, scan?.alert.rule, none.length], ['resolve', 'port-scan', 0]);
    assert.deepEqual(book.apply([finding({ count: 0 })], T0 + 9000), []);
    assert.deepEqual(book.apply([], T0 + 18_999), []);
    const [flood] = book.apply([], T0 + 19_000);
    assert.deepEqual(
      [flood?.alert.status, flood?.alert.resolvedAt, flood?.alert.lastSeen],
      ['resolved', '2023-11-14T22:13:39.000Z', '2023-11-14T22:13:29.000Z'],
    );
    assert.deepEqual(book.list(), []);
  });

  it('opens a new alert with the same fingerprint when the cause comes back', () => {
    const book = bookOf({ quietMs: 100 });
    const [first] = book.apply([finding()], T0);
    book.apply([], T0 + 100);
    const [again] = book.apply([finding()], T0 + 200);
    assert.equal(again?.type, 'open');
    assert.equal(again?.alert.fingerprint, first?.alert.fingerprint);
    assert.notEqual(again?.alert.id, first?.alert.id);
    assert.equal(book.openings()[0]?.count, 2);
  });

  it('folds two findings of one cause at one moment into one alert that names both', () => {
    const book = bookOf();
    const other = { ...target('web'), ip: '10.0.0.2', port: 443 };
    assert.equal(book.apply([finding(), finding({ target: other })], T0).length, 1);
    assert.deepEqual(book.list()[0]?.evidence.alsoOn, ['10.0.0.2:443']);
    assert.equal(book.list()[0]?.count, 20);
    book.apply([finding(), finding({ target: other })], T0 + 1000);
    assert.deepEqual(book.list()[0]?.evidence.alsoOn, ['10.0.0.2:443']);
  });

  it('keeps source and target as they were at opening', () => {
    const book = bookOf();
    book.apply([finding()], T0);
    book.apply([finding({ target: { ...target('web'), pod: 'web-2' } })], T0 + 1);
    assert.equal(book.list()[0]?.target?.pod, 'web-1');
  });

  it('folds what is beyond fifty of a rule into a summary; none is dropped', () => {
    const book = bookOf({ quietMs: 1000 });
    const many = Array.from({ length: 60 }, (_, index) => finding({ target: target(`w${index}`) }));
    const opened = book.apply([...many, finding({ rule: 'port-scan' })], T0);
    const summaries = opened.filter(({ alert }) => alert.evidence.summary === true);
    const folded = opened.filter(({ alert }) => alert.foldedInto !== undefined);
    assert.equal(summaries[0]?.type, 'open');
    const summary = book.list().find(({ evidence }) => evidence.summary === true);
    assert.deepEqual([summary?.evidence.observed, summary?.severity, summary?.target], [10, 'high', null]);
    assert.equal(folded.length, 10);
    assert.ok(folded.every(({ type, alert }) => type === 'open' && alert.foldedInto === summary?.id));
    assert.equal(book.list().length, 62);
    assert.equal(
      book.openings().reduce((sum, { count }) => sum + count, 0),
      61,
    );

    const again = book.apply(
      many.map((one) => ({ ...one, count: 1000 })),
      T0 + 500,
    );
    assert.equal(
      again.filter(({ alert }) => alert.foldedInto !== undefined).length,
      0,
      'folded ones do not speak for themselves',
    );
    const resolved = book.apply([], T0 + 5000);
    assert.equal(resolved.filter(({ type }) => type === 'resolve').length, 62);
    assert.deepEqual(book.list(), []);
  });

  it('takes single alerts again when the first fifty are gone', () => {
    const book = bookOf({ quietMs: 1000, foldAfter: 2 });
    const of = (name: string) => finding({ target: target(name) });
    book.apply([of('a'), of('b'), of('c')], T0);
    book.apply([of('c')], T0 + 1000);
    const [opened] = book.apply([of('c'), of('d')], T0 + 1001);
    assert.equal(opened?.alert.foldedInto, undefined);
  });

  it('holds no more than its capacity and still counts the rest in the summary', () => {
    const book = bookOf({ capacity: 100, foldAfter: 10 });
    const many = Array.from({ length: 500 }, (_, index) => finding({ target: target(`w${index}`) }));
    book.apply(many, T0);
    assert.ok(book.state.entries <= 101);
    assert.ok(book.state.evicted >= 399);
    const summary = book.list().find(({ evidence }) => evidence.summary === true);
    assert.ok(Number(summary?.evidence.observed) >= 488);
  });

  it('goes on with the alerts that were open before a restart', () => {
    const before = bookOf();
    before.apply([finding({ count: 500 })], T0);
    const book = bookOf({ quietMs: 1000 });
    book.restore(JSON.parse(JSON.stringify(before.list())), T0 + 60_000);
    assert.deepEqual(book.apply([finding({ count: 1 })], T0 + 60_500), [], 'neither opened nor told again');
    assert.equal(book.list()[0]?.id, before.list()[0]?.id);
    assert.equal(book.list()[0]?.count, 501);
    assert.deepEqual(book.openings(), []);
    assert.deepEqual(types(book.apply([], T0 + 61_500)), ['resolve']);
  });

  it('counts openings by rule, severity and the target’s namespace, else the source’s', () => {
    const book = bookOf();
    book.apply(
      [
        finding(),
        finding({ target: target('x') }),
        finding({ target: target('y', 'other'), severity: 'low' }),
        finding({ target: null, source: target('z', 'dev') }),
      ],
      T0,
    );
    assert.deepEqual(
      book.openings().map(({ rule, severity, namespace, count }) => [rule, severity, namespace, count]),
      [
        ['syn-flood', 'high', 'shop', 2],
        ['syn-flood', 'low', 'other', 1],
        ['syn-flood', 'high', 'dev', 1],
      ],
    );
  });

  it('does not keep an alert open for hours because the clock was set back', () => {
    const book = bookOf({ quietMs: 1000 });
    book.apply([finding()], T0);
    assert.deepEqual(book.apply([], T0 - 3_600_000), []);
    assert.deepEqual(types(book.apply([], T0 - 3_600_000 + 1000)), ['resolve']);
  });

  it('counts restored alerts among the first fifty', () => {
    const before = bookOf();
    before.apply([finding(), finding({ target: target('b') })], T0);
    const book = bookOf({ foldAfter: 2 });
    book.restore(before.list(), T0);
    const opened = book.apply([finding({ target: target('c') })], T0 + 1);
    assert.ok(opened.some(({ alert }) => alert.foldedInto !== undefined));
  });
});
