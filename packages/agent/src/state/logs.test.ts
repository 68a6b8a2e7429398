import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alert, edge, flow, podEndpoint, START_MS } from '../testing/samples.ts';
import { AlertShelf, RESOLVED_KEPT } from './alert-shelf.ts';
import { EdgeLog } from './edge-log.ts';
import { FlowLog } from './flow-log.ts';

test('flows beyond the capacity overwrite the oldest and are counted', () => {
  const log = new FlowLog(3);
  for (let id = 0; id < 5; id++) log.push(flow(String(id)));
  assert.equal(log.overwritten, 2);
  assert.deepEqual(
    Array.from(log.newestFirst(), ({ sequence, item }) => [sequence, item.id]),
    [
      [4, '4'],
      [3, '3'],
      [2, '2'],
    ],
  );
  assert.deepEqual(
    Array.from(log.newestFirst(4), ({ item }) => item.id),
    ['3', '2'],
  );
  assert.deepEqual([...log.newestFirst(2)], [], 'those are gone');
});

test('a flow log made smaller counts what it lets go and keeps its numbers', () => {
  const log = new FlowLog(4);
  for (let id = 0; id < 4; id++) log.push(flow(String(id)));
  log.resize(2);
  assert.equal(log.overwritten, 2);
  log.push(flow('4'));
  assert.deepEqual(
    Array.from(log.newestFirst(), ({ sequence }) => sequence),
    [4, 3],
  );
});

test('edges of the last thirty windows are kept, newest first', () => {
  const log = new EdgeLog();
  for (let window = 0; window < 40; window++) {
    const windowStart = new Date(START_MS + window * 10_000).toISOString();
    log.add([edge({ windowStart, port: window }), edge({ windowStart, port: window, reporter: 'client' })]);
  }
  const ports = Array.from(log.newestFirst(), ({ item }) => item.port);
  assert.equal(ports.length, 60);
  assert.deepEqual([ports[0], ports.at(-1)], [39, 10]);
  assert.deepEqual(
    Array.from(log.newestFirst(23), ({ sequence }) => sequence),
    [22, 21, 20],
  );
});

test('edges are bounded in number too', () => {
  const log = new EdgeLog();
  for (let window = 0; window < 20; window++) {
    const windowStart = new Date(START_MS + window * 10_000).toISOString();
    log.add(Array.from({ length: 5000 }, () => edge({ windowStart })));
  }
  assert.ok(log.size <= log.capacity, String(log.size));
});

test('an alert goes from open to resolved and keeps its place in the list', () => {
  const shelf = new AlertShelf();
  shelf.apply({ type: 'open', alert: alert('a') });
  shelf.apply({ type: 'open', alert: alert('b') });
  shelf.apply({ type: 'update', alert: alert('a', { count: 5000 }) });
  shelf.apply({ type: 'resolve', alert: alert('a', { status: 'resolved' }) });
  assert.equal(shelf.openCount, 1);
  assert.deepEqual(
    shelf.newestFirst().map(({ item }) => `${item.id} ${item.status}`),
    ['b open', 'a resolved'],
  );
  assert.equal(shelf.find('a')?.status, 'resolved');
  assert.equal(shelf.find('c'), undefined);
});

test('all open alerts and the last thousand resolved ones are kept', () => {
  const shelf = new AlertShelf();
  for (let id = 0; id < RESOLVED_KEPT + 10; id++) {
    shelf.apply({ type: 'open', alert: alert(`open-${id}`) });
    shelf.apply({ type: 'open', alert: alert(`done-${id}`) });
    shelf.apply({ type: 'resolve', alert: alert(`done-${id}`, { status: 'resolved' }) });
  }
  assert.equal(shelf.openCount, RESOLVED_KEPT + 10);
  assert.equal(shelf.newestFirst().length, 2 * RESOLVED_KEPT + 10);
  assert.equal(shelf.find('done-9'), undefined);
  assert.ok(shelf.find('done-10'));
});

test('open alerts are counted for both their ends, once when these are one', () => {
  const shelf = new AlertShelf();
  const web = podEndpoint('web-1');
  shelf.apply({ type: 'open', alert: alert('a', { source: podEndpoint('bad-1'), target: web }) });
  shelf.apply({ type: 'open', alert: alert('b', { source: web, target: web }) });
  assert.deepEqual(Object.fromEntries(shelf.openBySubject()), { 'pod/shop/bad-1': 1, 'pod/shop/web-1': 2 });
});
