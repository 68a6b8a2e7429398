import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { NetGuardError } from '../error.ts';
import type { Alert } from './alert.ts';
import { subjectOf } from './alert-labels.ts';
import { anchoredRegex } from './anchored-regex.ts';
import { LONGEST_SILENCE_MS, type SilenceRequest, silenceState } from './silence.ts';
import { EXPIRED_KEPT_MS, SilenceBook } from './silence-book.ts';
import { compileMatcher, matcherText, parseMatcher } from './silence-matcher.ts';

const T0 = Date.parse('2026-11-25T10:00:00Z');
const HOUR = 3_600_000;
const web: Endpoint = {
  ip: '10.0.0.1',
  port: 8080,
  kind: 'pod',
  namespace: 'shop',
  pod: 'web-1',
  workload: { kind: 'Deployment', name: 'web' },
};
const stranger: Endpoint = { ip: '198.51.100.7', kind: 'world' };

function alert(more: Partial<Alert> = {}): Alert {
  return {
    schemaVersion: 1,
    id: 'a',
    fingerprint: 'f',
    cluster: 'c',
    rule: 'port-scan',
    category: 'scan',
    severity: 'high',
    status: 'open',
    confidence: 1,
    title: 't',
    description: 'd',
    source: stranger,
    target: web,
    firstSeen: '2026-11-25T09:59:00.000Z',
    lastSeen: '2026-11-25T10:00:00.000Z',
    count: 1,
    evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
    mitre: [],
    nodes: ['n1', 'n2'],
    suggestion: 's',
    ...more,
  };
}

function request(...matchers: string[]): SilenceRequest {
  return { matchers, endsMs: T0 + HOUR, createdBy: 'ann', comment: 'maintenance' };
}

function matches(text: string, more: Partial<Alert> = {}): boolean {
  return compileMatcher(parseMatcher(text))(alert(more));
}

function refusal(asked: Partial<SilenceRequest> | string): string {
  const whole = typeof asked === 'string' ? request(asked) : { ...request('rule=x'), ...asked };
  try {
    new SilenceBook().add(whole, T0);
  } catch (error) {
    assert.ok(error instanceof NetGuardError && error.code === 'NG_ERR_SILENCE', String(error));
    return `${error.message} ${error.hint ?? ''}`;
  }
  return assert.fail('it was accepted');
}

describe('a matcher', () => {
  it('has the four operators of Alertmanager', () => {
    assert.deepEqual(parseMatcher('rule=port-scan'), {
      name: 'rule',
      value: 'port-scan',
      isRegex: false,
      isEqual: true,
    });
    assert.deepEqual(parseMatcher(' pod != "a b" '), { name: 'pod', value: 'a b', isRegex: false, isEqual: false });
    assert.deepEqual(parseMatcher('ip=~10\\..*'), { name: 'ip', value: '10\\..*', isRegex: true, isEqual: true });
    assert.deepEqual(parseMatcher('ip!~"a|b"'), { name: 'ip', value: 'a|b', isRegex: true, isEqual: false });
    assert.deepEqual(parseMatcher('port-scan'), parseMatcher('rule=port-scan'));
    for (const text of ['rule=port-scan', 'pod!="a b"', 'ip=~"10\\\\..*"', 'workload!~"a|b"', 'pod=""']) {
      assert.equal(matcherText(parseMatcher(text)), text);
    }
  });

  it('matches the whole value, and a label that is not there is empty', () => {
    assert.equal(matches('workload=we'), false);
    assert.equal(matches('workload=~we'), false);
    assert.equal(matches('workload=~we.'), true);
    assert.equal(matches('workload!=web'), false);
    assert.equal(matches('workload!~"api|db"'), true);
    assert.equal(matches('container=""'), true);
    assert.equal(matches('source_namespace=""'), true);
    assert.equal(matches('port=8080'), true);
  });

  it('of a node is met when one of the nodes meets it', () => {
    assert.equal(matches('node=n2'), true);
    assert.equal(matches('node!=n2'), false);
    assert.equal(matches('node!=n3', { nodes: [] }), true);
  });

  it('without a prefix is about the subject: our target, else our source', () => {
    assert.equal(matches('namespace=shop'), true);
    assert.equal(matches('namespace=shop', { source: web, target: stranger }), true);
    assert.equal(matches('namespace=shop', { source: web, target: { ...web, namespace: 'prod' } }), false);
    assert.equal(matches('source_namespace=shop', { source: web, target: null }), true);
    assert.equal(matches('target_ip=198.51.100.7', { source: null, target: stranger }), true);
    assert.equal(subjectOf({ source: stranger, target: null }), stranger);
    assert.equal(subjectOf({ source: null, target: null }), null);
  });

  it('cannot name what an intruder chooses: pod labels and program names', () => {
    for (const name of ['label_app', 'comm', 'process']) assert.match(refusal(`${name}=x`), /alerts have no label/);
  });
});

describe('a regular expression', () => {
  it('that could take for ever is refused, one that cannot is not', () => {
    for (const slow of [
      '(a+)+',
      '(a|a)*',
      '(a|b){2,}',
      '(?=a)a',
      '(?<x>a)',
      '(a)\\1',
      '.*.*.*.*x',
      'a'.repeat(201),
      '(',
    ])
      assert.throws(() => anchoredRegex(slow), Error, slow);
    for (const fine of [
      'web-.*',
      '(web|api)-[a-z0-9]+',
      '(?:a|b)?c',
      '10\\.0\\..*',
      '[()*+{}]x',
      'a\\*\\+\\{\\(x',
      '\\d{1,3}',
    ])
      assert.doesNotThrow(() => anchoredRegex(fine), fine);
  });
});

describe('a silence is refused, with what to do,', () => {
  it('when it has no end', () => {
    assert.match(refusal({ endsMs: undefined }), /it has no end .*--for 2h/);
  });

  it('when its times make no sense', () => {
    assert.match(refusal({ endsMs: T0 - 1, startsMs: T0 - HOUR }), /end has passed/);
    assert.match(refusal({ startsMs: T0 + 2 * HOUR }), /ends before it starts/);
    assert.match(refusal({ endsMs: T0 + LONGEST_SILENCE_MS + HOUR * 24 }), /367 days.*a setting/);
    assert.match(refusal({ endsMs: Number.NaN }), /times/);
  });

  it('when it matches everything', () => {
    for (const text of [
      'rule=~.*',
      'rule=~.+',
      'severity=~low|medium|high|critical',
      'rule!=x',
      'cluster=c',
      'node=n1',
    ])
      assert.match(refusal(text), /matches every alert.*rule=port-scan/, text);
    assert.match(refusal({ matchers: [] }), /nothing of which alerts/);
    assert.doesNotThrow(() => new SilenceBook().add(request('node=n1', 'severity=~low|medium'), T0));
  });

  it('when a matcher is none, or names what alerts do not have', () => {
    assert.match(refusal('nmaespace=shop'), /no label "nmaespace", did you mean namespace\?/);
    assert.match(refusal('Rule port-scan'), /is no matcher.*label=~regex/);
    assert.match(refusal('pod="x'), /quotes .* do not close/);
    assert.match(refusal('pod=~"(x"'), /pod=~"\(x" cannot be used: .*whole value/s);
    assert.match(refusal('pod=~(a+)+'), /repeats a group/);
  });

  it('when nobody answers for it', () => {
    assert.match(refusal({ comment: ' ' }), /does not say why/);
    assert.match(refusal({ createdBy: '' }), /does not say who/);
  });
});

describe('the book of silences', () => {
  it('says which alerts are silenced, while it lasts', () => {
    const book = new SilenceBook();
    const silence = book.add({ ...request('rule=port-scan', 'namespace=shop'), startsMs: T0 + 1000 }, T0);
    const at = (ms: number, more: Partial<Alert> = {}): string | undefined => book.suppressing(alert(more), ms);
    assert.equal(at(T0), undefined);
    assert.equal(at(T0 + 1000), silence.id);
    assert.equal(at(T0 + 1000, { rule: 'syn-flood' }), undefined);
    assert.equal(at(T0 + HOUR), undefined);
    assert.deepEqual(
      [T0, T0 + 1000, T0 + HOUR].map((ms) => silenceState(silence, ms)),
      ['pending', 'active', 'expired'],
    );
    assert.deepEqual([book.nextChangeMs(T0), book.nextChangeMs(T0 + 1000)], [T0 + 1000, T0 + HOUR]);
    assert.equal(book.nextChangeMs(T0 + HOUR), Number.POSITIVE_INFINITY);
    assert.deepEqual([book.active(T0), book.active(T0 + 1000)], [0, 1]);
  });

  it('names the one that ends last', () => {
    const book = new SilenceBook();
    const long = book.add({ ...request('rule=port-scan'), endsMs: T0 + 2 * HOUR }, T0);
    book.add(request('namespace=shop'), T0);
    assert.equal(book.suppressing(alert(), T0), long.id);
  });

  it('ends one early, once, and keeps it listed for a while', () => {
    const book = new SilenceBook();
    const { id } = book.add(request('rule=port-scan'), T0);
    assert.equal(book.expire(id, T0 + 1000)?.endsAt, '2026-11-25T10:00:01.000Z');
    assert.equal(book.suppressing(alert(), T0 + 1000), undefined);
    assert.throws(() => book.expire(id, T0 + 2000), /has ended at/);
    assert.equal(book.expire('none', T0), undefined);
    assert.equal(book.list(T0 + EXPIRED_KEPT_MS).length, 1);
    assert.equal(book.list(T0 + EXPIRED_KEPT_MS + 2000).length, 0);
    const later = book.add({ ...request('rule=port-scan'), startsMs: T0 + 10_000 }, T0);
    assert.equal(silenceState(book.expire(later.id, T0 + 1) ?? later, T0 + 1), 'expired');
  });

  it('has those of the configuration, which are changed there only, and are the same after a reload', () => {
    const book = new SilenceBook();
    book.configure([request('rule=port-scan'), { ...request('rule=old'), endsMs: T0 - HOUR }], T0);
    const [first] = book.list(T0).filter(({ endsAt }) => endsAt > '2026-11-25T10');
    assert.equal(book.list(T0).length, 2, 'one that is over does no harm');
    book.configure([request('rule=port-scan')], T0 + 60_000);
    assert.deepEqual(book.list(T0), [first]);
    assert.throws(() => book.expire(first?.id ?? '', T0), /is in the configuration.*Remove|is in the configuration/);
    assert.throws(() => book.configure([request('rule=~.*')], T0), /matches every alert/);
    assert.deepEqual(book.list(T0), [first], 'a bad configuration changes nothing');
    book.configure([], T0);
    assert.deepEqual(book.list(T0), []);
  });

  it('goes on after a restart', () => {
    const before = new SilenceBook();
    const { id } = before.add(request('rule=port-scan'), T0);
    const book = new SilenceBook();
    book.restore(JSON.parse(JSON.stringify(before.list(T0))), T0 + 1000);
    assert.equal(book.suppressing(alert(), T0 + 1000), id);
  });

  it('is bounded', () => {
    const book = new SilenceBook();
    for (let index = 0; index < 1000; index++) book.add(request(`pod=p${index}`), T0);
    assert.equal(new Set(book.list(T0).map(({ id }) => id)).size, 1000);
    assert.throws(() => book.add(request('pod=x'), T0), /1000 silences already/);
  });
});
