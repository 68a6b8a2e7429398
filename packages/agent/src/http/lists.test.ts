import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, Edge, Flow } from '@netguard/core';
import { alert, edge, flow, listenerRow, podEndpoint, START_MS, tick, total } from '../testing/samples.ts';
import { type TestApp, testApp } from '../testing/test-app.ts';
import type { List, ListenerView, PodRow } from './api-types.ts';

async function get<T>({ app }: TestApp, url: string): Promise<T> {
  const answer = await app.inject(url);
  assert.equal(answer.statusCode, 200, answer.body);
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  return answer.json();
}

/** All items of a list, page by page. */
async function pages<T>(node: TestApp, url: string): Promise<T[]> {
  const items: T[] = [];
  let cursor = '';
  do {
    const page: List<T> = await get(node, `${url}${url.includes('?') ? '&' : '?'}${cursor}`);
    items.push(...page.items);
    cursor = page.nextCursor === undefined ? '' : `cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor !== '');
  return items;
}

function isoAt(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString();
}

test('flows come newest first, a hundred unless told otherwise, with a cursor to the next', async () => {
  const node = testApp();
  const flows = Array.from({ length: 250 }, (_, id) => flow(String(id)));
  node.state.apply({ type: 'flows', flows, dropped: 0 });
  const first = await get<List<Flow>>(node, '/api/v1/flows');
  assert.equal(first.items.length, 100);
  assert.equal(first.items[0]?.id, '249');
  assert.ok(first.nextCursor);
  const all = await pages<Flow>(node, '/api/v1/flows?limit=60');
  assert.deepEqual(
    all.map(({ id }) => Number(id)),
    Array.from({ length: 250 }, (_, index) => 249 - index),
  );
});

test('pages of flows neither repeat nor skip one while new ones arrive', async () => {
  const node = testApp();
  node.state.apply({ type: 'flows', flows: Array.from({ length: 10 }, (_, id) => flow(`a${id}`)), dropped: 0 });
  const first = await get<List<Flow>>(node, '/api/v1/flows?limit=4');
  node.state.apply({ type: 'flows', flows: Array.from({ length: 10 }, (_, id) => flow(`b${id}`)), dropped: 0 });
  const second = await get<List<Flow>>(node, `/api/v1/flows?limit=4&cursor=${first.nextCursor}`);
  assert.deepEqual(
    [...first.items, ...second.items].map(({ id }) => id),
    ['a9', 'a8', 'a7', 'a6', 'a5', 'a4', 'a3', 'a2'],
  );
});

test('a last page has no cursor, also when it is just full', async () => {
  const node = testApp();
  node.state.apply({ type: 'flows', flows: [flow('1'), flow('2')], dropped: 0 });
  assert.equal((await get<List<Flow>>(node, '/api/v1/flows?limit=2')).nextCursor, undefined);
  assert.deepEqual(await get(node, '/api/v1/flows?namespace=nowhere'), { items: [] });
});

test('flows are selected by either end, port, protocol, verdict, reporter and time', async () => {
  const node = testApp();
  node.clock.ms = START_MS + 600_000;
  const to = (name: string, port: number) => ({ ...podEndpoint(name, 'data'), port, ip: '10.9.9.9' });
  const flows = [
    flow('plain', { time: isoAt(0) }),
    flow('udp', { time: isoAt(60), protocol: 'UDP', destination: to('dns-1', 53) }),
    flow('dropped', { time: isoAt(400), verdict: 'DROPPED', reporter: 'client' }),
  ];
  node.state.apply({ type: 'flows', flows, dropped: 0 });
  const ids = async (query: string) =>
    (await get<List<Flow>>(node, `/api/v1/flows?${query}`)).items.map(({ id }) => id);
  assert.deepEqual(await ids('protocol=udp'), ['udp']);
  assert.deepEqual(await ids('port=53'), ['udp']);
  assert.deepEqual(await ids('ip=10.9.9.9'), ['udp']);
  assert.deepEqual(await ids('pod=dns-1'), ['udp']);
  assert.deepEqual(await ids('pod=data/dns-1'), ['udp']);
  assert.deepEqual(await ids('pod=shop/dns-1'), []);
  assert.deepEqual(await ids('workload=dns'), ['udp']);
  assert.deepEqual(await ids('verdict=dropped'), ['dropped']);
  assert.deepEqual(await ids('reporter=client'), ['dropped']);
  assert.deepEqual(await ids('namespace=data&pod=web-1'), [], 'one end must meet both');
  assert.deepEqual(await ids('since=5m'), ['dropped']);
  assert.deepEqual(await ids('since=9m30s'), ['dropped', 'udp']);
  assert.deepEqual(await ids(`since=${isoAt(60)}&until=${isoAt(400)}`), ['udp'], 'since is in, until is not');
  assert.deepEqual(await ids(`until=${encodeURIComponent('2026-01-31T13:00:30+01:00')}`), ['plain']);
});

test('ten thousand pods are served in pages by name, and in one', async () => {
  const node = testApp();
  const totals = Array.from({ length: 10_000 }, (_, index) => total(podEndpoint(`web-${index}`), index));
  node.state.apply({ type: 'tick', tick: tick(START_MS, { totals }) });
  const all = await pages<PodRow>(node, '/api/v1/pods?limit=3000');
  assert.equal(new Set(all.map(({ endpoint }) => endpoint.pod)).size, 10_000);
  assert.equal((await get<List<PodRow>>(node, '/api/v1/pods?limit=10000')).items.length, 10_000);
  assert.deepEqual(
    (await get<List<PodRow>>(node, '/api/v1/pods?pod=web-77')).items.map(({ receiveBytes }) => receiveBytes),
    [77],
  );
});

test('pods can be told from other subjects', async () => {
  const node = testApp();
  const unit = { ip: '', kind: 'unit', service: 'ssh.service' } as const;
  const totals = [total(podEndpoint('web-1'), 1), total(unit, 2, { cgroupId: 2 })];
  node.state.apply({ type: 'tick', tick: tick(START_MS, { totals }) });
  assert.equal((await get<List<PodRow>>(node, '/api/v1/pods')).items.length, 2);
  assert.equal((await get<List<PodRow>>(node, '/api/v1/pods?kind=unit')).items[0]?.endpoint.service, 'ssh.service');
});

test('listeners are selected by port and owner', async () => {
  const node = testApp();
  const listeners = [listenerRow(podEndpoint('web-1'), 5), listenerRow(podEndpoint('db-1', 'data'), 7, { port: 5432 })];
  node.state.apply({ type: 'tick', tick: tick(START_MS, { listeners }) });
  assert.deepEqual(
    (await get<List<ListenerView>>(node, '/api/v1/listeners?port=5432')).items.map(({ syns }) => syns),
    [7],
  );
  assert.deepEqual(
    (await get<List<ListenerView>>(node, '/api/v1/listeners?namespace=shop')).items.map(({ syns }) => syns),
    [5],
  );
});

test('edges are selected by window, reporter and end', async () => {
  const node = testApp();
  node.state.apply({ type: 'edges', edges: [edge({ windowStart: isoAt(0), reporter: 'client' })] });
  node.state.apply({ type: 'edges', edges: [edge({ windowStart: isoAt(10) })] });
  assert.equal((await get<List<Edge>>(node, '/api/v1/edges')).items[0]?.windowStart, isoAt(10));
  assert.equal((await get<List<Edge>>(node, '/api/v1/edges?reporter=client')).items.length, 1);
  assert.equal((await get<List<Edge>>(node, `/api/v1/edges?since=${isoAt(10)}`)).items.length, 1);
  assert.equal((await get<List<Edge>>(node, '/api/v1/edges?namespace=data&workload=db')).items.length, 2);
});

test('alerts are selected by status, rule, severity, namespace and time, and found by id', async () => {
  const node = testApp();
  const open = (item: Alert) => node.state.apply({ type: 'alert', event: { type: 'open', alert: item }, delayMs: 1 });
  open(alert('a'));
  open(
    alert('b', { severity: 'low', firstSeen: isoAt(100), lastSeen: isoAt(200), target: podEndpoint('db-1', 'data') }),
  );
  const resolved = alert('a', { status: 'resolved', resolvedAt: isoAt(60) });
  node.state.apply({ type: 'alert', event: { type: 'resolve', alert: resolved }, delayMs: 1 });
  const ids = async (query: string) =>
    (await get<List<Alert>>(node, `/api/v1/alerts?${query}`)).items.map(({ id }) => id);
  assert.deepEqual(await ids(''), ['b', 'a']);
  assert.deepEqual(await ids('status=open'), ['b']);
  assert.deepEqual(await ids('severity=high'), ['a']);
  assert.deepEqual(await ids('rule=port-scan'), []);
  assert.deepEqual(await ids('namespace=data'), ['b']);
  assert.deepEqual(await ids(`since=${isoAt(150)}`), ['b'], 'it still went on then');
  assert.deepEqual(await ids(`until=${isoAt(50)}`), ['a']);
  assert.deepEqual(await get(node, '/api/v1/alerts/a'), resolved);
  assert.equal((await node.app.inject('/api/v1/alerts/zzz')).statusCode, 404);
});

test('drops are selected by reason', async () => {
  const node = testApp();
  const endpoint = podEndpoint('web-1');
  const drops = [
    { endpoint, reason: 'NO_SOCKET', packets: 3 },
    { endpoint, reason: 'TCP_RESET', packets: 1 },
  ];
  node.state.apply({ type: 'tick', tick: tick(START_MS, { drops }) });
  const { items } = await get<List<{ packets: number }>>(node, '/api/v1/drops?reason=no_socket');
  assert.deepEqual(
    items.map(({ packets }) => packets),
    [3],
  );
});

test('status says what the node is and how it does', async () => {
  const node = testApp();
  const status = await get<Record<string, unknown>>(node, '/api/v1/status');
  assert.equal(status.node, 'node-1');
  assert.equal(status.ready, false);
});
