import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertEvent, DetectorStatus } from '@netguard/core';
import { alert, podEndpoint, START_MS, sourceStatus, tick, total } from '../testing/samples.ts';
import { type TestApp, testApp } from '../testing/test-app.ts';
import type { DetectorView, SilenceView } from './api-types.ts';

const HOUR = 3_600_000;
const at = (ms: number): string => new Date(START_MS + ms).toISOString();
const BODY = {
  matchers: ['rule=syn-flood', 'namespace=shop'],
  endsAt: at(HOUR),
  createdBy: 'ann',
  comment: 'load test',
};

async function post({ app }: TestApp, url: string, payload: unknown) {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(payload) });
  return { status: answer.statusCode, body: answer.json() };
}

async function get<T>({ app }: TestApp, url: string): Promise<T> {
  return (await app.inject(url)).json();
}

function opened(made: TestApp, ...ids: string[]): AlertEvent[] {
  const told: AlertEvent[] = [];
  made.state.changes.on('alert', (event) => told.push(event));
  for (const id of ids) made.state.apply({ type: 'alert', event: { type: 'open', alert: alert(id) }, delayMs: 1 });
  return told;
}

test('a silence marks the alerts that it matches; they stay listed, streamed and counted', async () => {
  const made = testApp();
  const told = opened(made, 'a1');
  const { status, body: silence } = await post(made, '/api/v1/silences', BODY);
  assert.equal(status, 201);
  assert.deepEqual(
    [silence.createdBy, silence.comment, silence.endsAt, silence.status, silence.origin],
    ['ann', 'load test', at(HOUR), { state: 'active' }, 'api'],
  );
  assert.deepEqual(silence.matchers[0], { name: 'rule', value: 'syn-flood', isRegex: false, isEqual: true });
  made.state.apply({ type: 'alert', event: { type: 'open', alert: alert('a2') }, delayMs: 1 });
  made.state.apply({ type: 'alert', event: { type: 'open', alert: alert('b', { rule: 'other' }) }, delayMs: 1 });
  assert.deepEqual(
    told.map(({ type, alert: { id, suppressedBy } }) => [type, id, suppressedBy]),
    [
      ['open', 'a1', undefined],
      ['update', 'a1', silence.id],
      ['open', 'a2', silence.id],
      ['open', 'b', undefined],
    ],
  );
  const ids = async (query: string) =>
    (await get<{ items: { id: string }[] }>(made, `/api/v1/alerts${query}`)).items.map(({ id }) => id);
  assert.deepEqual(await ids(''), ['b', 'a2', 'a1']);
  assert.deepEqual(await ids('?suppressed=true'), ['a2', 'a1']);
  assert.deepEqual(await ids('?suppressed=false'), ['b']);
  const metrics = (await made.app.inject('/metrics')).body;
  assert.match(metrics, /netguard_alerts_total\{rule="syn-flood",.*\} 2/);
  assert.match(metrics, /netguard_alerts_open\{rule="syn-flood",.*\} 2/);
  assert.match(metrics, /netguard_silences_active 1/);
});

test('a silence that ends takes its mark with it, without anything else happening', async () => {
  const made = testApp();
  await post(made, '/api/v1/silences', BODY);
  const told = opened(made, 'a1');
  made.clock.ms += HOUR;
  made.state.apply({ type: 'tick', tick: tick(made.clock.ms, { alerts: [alert('a1', { count: 5000 })] }) });
  assert.equal(made.state.alerts.find('a1')?.suppressedBy, undefined);
  assert.equal(made.state.alerts.find('a1')?.count, 5000);
  assert.deepEqual(
    told.map(({ type }) => type),
    ['open'],
  );
  const early = testApp();
  const { body } = await post(early, '/api/v1/silences', BODY);
  const news = opened(early, 'a1');
  const headers = { 'x-netguard-request': '1' };
  const gone = await early.app.inject({ method: 'DELETE', url: `/api/v1/silences/${body.id}`, headers });
  assert.deepEqual([gone.statusCode, gone.json().status], [200, { state: 'expired' }]);
  assert.deepEqual(
    news.map(({ type, alert: { suppressedBy } }) => [type, suppressedBy]),
    [
      ['open', body.id],
      ['update', undefined],
    ],
  );
  const again = await early.app.inject({ method: 'DELETE', url: `/api/v1/silences/${body.id}`, headers });
  assert.equal(again.statusCode, 400);
  assert.equal((await early.app.inject({ method: 'DELETE', url: '/api/v1/silences/x', headers })).statusCode, 404);
});

test('silences are listed newest first, ended ones when asked for, page by page', async () => {
  const made = testApp();
  for (const name of ['one', 'two', 'three']) {
    made.clock.ms += 1000;
    await post(made, '/api/v1/silences', {
      ...BODY,
      comment: name,
      startsAt: name === 'three' ? at(60_000) : undefined,
    });
  }
  made.state.silences.expire(made.state.silences.list(made.clock.ms).at(-1)?.id ?? '', made.clock.ms);
  const list = async (query: string) =>
    get<{ items: SilenceView[]; nextCursor?: string }>(made, `/api/v1/silences${query}`);
  const names = ({ items }: { items: SilenceView[] }) =>
    items.map(({ comment, status }) => `${comment} ${status.state}`);
  assert.deepEqual(names(await list('')), ['three pending', 'two active']);
  assert.deepEqual(names(await list('?state=expired')), ['one expired']);
  const first = await list('?state=all&limit=2');
  assert.deepEqual(names(first), ['three pending', 'two active']);
  assert.deepEqual(names(await list(`?state=all&limit=2&cursor=${first.nextCursor}`)), ['one expired']);
});

test('a silence that cannot be made says what to write instead', async () => {
  const made = testApp();
  const refused = async (body: unknown) => {
    const answer = await post(made, '/api/v1/silences', body);
    assert.equal(answer.status, 400);
    return answer.body.detail as string;
  };
  assert.match(await refused({ ...BODY, endsAt: undefined }), /it has no end\. .*endsAt/);
  assert.match(await refused({ ...BODY, endsAt: 'tomorrow' }), /^endsAt: must be an RFC 3339 time/);
  assert.match(await refused({ ...BODY, matchers: ['rule=~.*'] }), /matches every alert/);
  assert.match(await refused({ ...BODY, matchers: [{ name: 'pod', value: '(', isRegex: true }] }), /cannot be used/);
  assert.match(await refused({ ...BODY, comment: '' }), /does not say why/);
  assert.match(await refused({ ...BODY, extra: 1 }), /unknown field "extra"/);
  assert.match(await refused([]), /JSON object/);
  assert.deepEqual(made.state.silences.list(START_MS), []);
});

test('an acknowledged alert stays open and says by whom, also when the Worker tells it anew', async () => {
  const made = testApp();
  const told = opened(made, 'a1');
  const { body } = await post(made, '/api/v1/alerts/a1/ack', { by: ' ann ' });
  assert.deepEqual([body.acknowledgedBy, body.status], ['ann', 'open']);
  made.state.apply({ type: 'alert', event: { type: 'update', alert: alert('a1', { count: 9 }) }, delayMs: 1 });
  made.state.apply({ type: 'tick', tick: tick(START_MS, { alerts: [alert('a1', { count: 10 })] }) });
  const { acknowledgedBy, count } = made.state.alerts.find('a1') ?? alert('');
  assert.deepEqual([acknowledgedBy, count], ['ann', 10]);
  assert.deepEqual(
    told.map(({ type }) => type),
    ['open', 'update', 'update'],
  );
  assert.equal((await post(made, '/api/v1/alerts/none/ack', { by: 'ann' })).status, 404);
  assert.equal((await post(made, '/api/v1/alerts/a1/ack', {})).status, 400);
});

test('a closed alert is resolved with what it was, and stays so', async () => {
  const made = testApp();
  const told = opened(made, 'a1');
  const closed: string[] = [];
  made.state.changes.on('closed', ({ id }) => closed.push(id));
  const { body } = await post(made, '/api/v1/alerts/a1/close', { by: 'ann', disposition: 'false-positive' });
  assert.deepEqual(
    [body.status, body.resolvedAt, body.closedBy, body.disposition],
    ['resolved', at(0), 'ann', 'false-positive'],
  );
  assert.deepEqual(closed, ['a1']);
  made.state.apply({ type: 'alert', event: { type: 'update', alert: alert('a1') }, delayMs: 1 });
  made.state.apply({
    type: 'alert',
    event: { type: 'resolve', alert: alert('a1', { status: 'resolved', resolvedAt: at(1) }) },
    delayMs: 1,
  });
  made.state.apply({ type: 'tick', tick: tick(START_MS, { alerts: [alert('a1')] }) });
  assert.deepEqual(made.state.alerts.find('a1'), body);
  assert.deepEqual(
    told.map(({ type }) => type),
    ['open', 'resolve'],
  );

  const second = await post(made, '/api/v1/alerts/a1/close', { by: 'bob', disposition: 'benign' });
  assert.deepEqual([second.status, second.body.disposition, second.body.closedBy], [200, 'benign', 'bob']);
  assert.deepEqual(closed, ['a1'], 'the Worker has heard it already');
  assert.equal((await post(made, '/api/v1/alerts/a1/ack', { by: 'x' })).status, 409);
  assert.match(
    (await post(made, '/api/v1/alerts/a1/close', { by: 'x', disposition: 'no' })).body.detail,
    /one of true-positive/,
  );
});

test('a summary cannot be closed', async () => {
  const made = testApp();
  const evidence = { observed: 60, threshold: 50, unit: 'alerts', windowMs: 0, summary: true };
  made.state.apply({ type: 'alert', event: { type: 'open', alert: alert('s', { evidence }) }, delayMs: 1 });
  const { status, body } = await post(made, '/api/v1/alerts/s/close', { by: 'ann', disposition: 'benign' });
  assert.deepEqual([status, /folded into it/.test(body.detail)], [409, true]);
});

test('what is only observed is listed apart, and in no count', async () => {
  const made = testApp();
  const told = opened(made);
  made.state.apply({ type: 'observed', event: { type: 'open', alert: alert('o1', { observed: true }) } });
  made.state.apply({ type: 'tick', tick: tick(START_MS, { observed: [alert('o1', { observed: true, count: 7 })] }) });
  const list = async (query: string) => (await get<{ items: { id: string }[] }>(made, `/api/v1/alerts${query}`)).items;
  assert.deepEqual(await list(''), []);
  assert.deepEqual(
    (await list('?observed=true')).map(({ id }) => id),
    ['o1'],
  );
  assert.equal((await get<{ count: number }>(made, '/api/v1/alerts/o1')).count, 7);
  assert.deepEqual(told, []);
  assert.doesNotMatch((await made.app.inject('/metrics')).body, /netguard_alerts_total\{/);
  assert.equal((await get<{ alertsOpen: number }>(made, '/api/v1/status')).alertsOpen, 0);
  assert.equal((await post(made, '/api/v1/alerts/o1/ack', { by: 'ann' })).status, 409);
});

test('detectors are listed with what they are set to, and a namespace that nobody knows is pointed out', async () => {
  const made = testApp();
  const status: DetectorStatus = {
    id: 'syn-flood',
    mode: 'alert',
    parameters: { listenerSynsPerWindow: 500 },
    namespaces: {
      shop: { mode: 'off', parameters: {} },
      shopp: { mode: 'alert', parameters: { listenerSynsPerWindow: 900 }, raise: 10 },
    },
    errors: 1,
    lastError: 'cannot',
    yielded: 2,
    suppressed: 3,
    entries: 4,
    capacity: 5,
    evicted: 6,
  };
  const list = async (query = '') => (await get<{ items: DetectorView[] }>(made, `/api/v1/detectors${query}`)).items;
  assert.equal((await list()).find(({ id }) => id === 'syn-flood')?.mode, null, 'before the first tick');
  made.state.apply({ type: 'started', status: sourceStatus });
  const totals = [total(podEndpoint('web-1'), 1)];
  made.state.apply({ type: 'tick', tick: tick(START_MS, { detectors: [status], totals }) });
  const flood = (await list()).find(({ id }) => id === 'syn-flood');
  const { value, default: usual, unit } = flood?.parameters.listenerSynsPerWindow ?? {};
  assert.deepEqual([value, usual, unit], [500, 200, 'SYN']);
  assert.equal(flood?.parameters.windowMs?.value, flood?.parameters.windowMs?.default);
  assert.deepEqual(
    [flood?.mode, flood?.defaultMode, flood?.errors, flood?.lastError, flood?.yielded, flood?.suppressed],
    ['alert', 'alert', 1, 'cannot', 2, 3],
  );
  assert.deepEqual([flood?.namespaces.shop?.isKnown, flood?.namespaces.shopp?.isKnown], [true, false]);
  assert.deepEqual([flood?.namespaces.shopp?.perhaps, flood?.namespaces.shopp?.raise], ['shop', 10]);
  assert.deepEqual(
    (await list('?mode=alert')).map(({ id }) => id),
    ['syn-flood'],
  );
});
