import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { NodeMetrics } from '../metrics/node-metrics.ts';
import { NodeState } from '../state/node-state.ts';
import { alert, flow, podEndpoint, START_MS, tick, total } from '../testing/samples.ts';
import { testConfig } from '../testing/settings.ts';
import { until } from '../testing/until.ts';
import { createApp } from './app.ts';

interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

const open: (() => Promise<void>)[] = [];
let state: NodeState;
let port: number;
const clock = { ms: START_MS };

before(async () => {
  state = new NodeState({ config: testConfig(), version: '1', now: () => clock.ms });
  const app = createApp({
    state,
    metrics: new NodeMetrics(state),
    access: { listenHost: '127.0.0.1', metricsPlain: false, token: null, adminToken: null },
    audit: () => undefined,
    onError: (error) => assert.fail(String(error)),
    heartbeatMs: 20,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
  open.push(async () => app.close());
});
after(async () => {
  for (const close of open.reverse()) await close();
});

/** Follows the stream; `frames` grows as they come. */
async function follow(query = '', lastEventId?: string) {
  const frames: Frame[] = [];
  const stream = { frames, comments: 0, contentType: '', ended: false, close: () => client.destroy() };
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const client = request({ port, host: '127.0.0.1', path: `/api/v1/stream${query}`, headers });
  client.on('error', () => undefined);
  let rest = '';
  client.on('response', (response) => {
    stream.contentType = response.headers['content-type'] ?? '';
    response.setEncoding('utf8');
    response.on('close', () => {
      stream.ended = true;
    });
    response.on('error', () => undefined);
    response.on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.startsWith(':')) stream.comments++;
        else frames.push(Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))));
      }
    });
  });
  client.end();
  open.push(async () => void client.destroy());
  await until(() => frames.length > 0);
  return stream;
}

function publishFlows(...ids: string[]): void {
  state.apply({ type: 'flows', flows: ids.map((id) => flow(id)), dropped: 0 });
}

function flowIds(frames: readonly Frame[]): string[] {
  return frames.filter(({ event }) => event === 'flow').map(({ data }) => JSON.parse(data ?? '').id);
}

test('a client gets an id at once, then flows and alerts as they come, each with an id', async () => {
  const stream = await follow();
  assert.equal(stream.contentType, 'text/event-stream; charset=utf-8');
  assert.ok(stream.frames[0]?.id && stream.frames[0].data === undefined);
  publishFlows('f1');
  state.apply({
    type: 'alert',
    event: { type: 'open', alert: alert('a1', { title: 'two\nlines\r\n\u2028' }) },
    delayMs: 1,
  });
  state.apply({ type: 'tick', tick: tick(START_MS, { lost: { ring: 1 }, totals: [total(podEndpoint('web-1'), 1)] }) });
  await until(() => stream.frames.length === 3);
  assert.deepEqual(
    stream.frames.map(({ event }) => event),
    [undefined, 'flow', 'alert'],
  );
  assert.equal(JSON.parse(stream.frames[2]?.data ?? '').alert.title, 'two\nlines\r\n\u2028');
  assert.equal(new Set(stream.frames.map(({ id }) => id)).size, 3);
  stream.close();
});

test('types choose what is sent', async () => {
  const stream = await follow('?types=pods,lost');
  publishFlows('f2');
  state.apply({
    type: 'tick',
    tick: tick(START_MS + 1000, { lost: { ring: 3 }, totals: [total(podEndpoint('web-1'), 1)] }),
  });
  await until(() => stream.frames.length === 3);
  assert.deepEqual(
    stream.frames.slice(1).map(({ event }) => event),
    ['lost', 'pods'],
  );
  assert.deepEqual(JSON.parse(stream.frames[1]?.data ?? ''), { source: 'ring', count: 2 });
  assert.equal(JSON.parse(stream.frames[2]?.data ?? '').pods[0].endpoint.pod, 'web-1');
  stream.close();
});

test('a client that comes back with Last-Event-ID misses nothing and gets nothing twice', async () => {
  const first = await follow();
  publishFlows('r1', 'r2', 'r3');
  await until(() => flowIds(first.frames).includes('r3'));
  const id = first.frames.find(({ data }) => data && JSON.parse(data).id === 'r2')?.id;
  first.close();
  publishFlows('r4');
  const second = await follow('', id);
  publishFlows('r5');
  await until(() => flowIds(second.frames).includes('r5'));
  assert.deepEqual(flowIds(second.frames), ['r3', 'r4', 'r5']);
  second.close();
});

test('a client that stayed away too long is told how many it missed', async () => {
  const first = await follow();
  publishFlows('gap0');
  await until(() => flowIds(first.frames).includes('gap0'));
  const id = first.frames.at(-1)?.id;
  first.close();
  for (let count = 0; count < 2100; count++) publishFlows(`gap${count + 1}`);
  const second = await follow('', id);
  await until(() => flowIds(second.frames).includes('gap2100'));
  assert.deepEqual(second.frames.find(({ event }) => event === 'lost')?.data, '{"source":"stream","count":100}');
  assert.equal(flowIds(second.frames)[0], 'gap101');
  assert.equal(flowIds(second.frames).length, 2000);
  second.close();
});

test('a silent stream has a heartbeat', async () => {
  const stream = await follow();
  await until(() => stream.comments >= 3);
  stream.close();
});

test('a client that does not read loses the oldest and learns how many, and nobody waits for it', async () => {
  const socket: Socket = connect(port, '127.0.0.1');
  open.push(async () => void socket.destroy());
  socket.write('GET /api/v1/stream?types=flow,alert HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let received = '';
  socket.setEncoding('utf8');
  socket.once('data', () => socket.pause());
  await until(() => socket.isPaused());
  const quick = await follow();
  const padding = 'x'.repeat(10_000);
  const total = 6000;
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < total; count++) {
    state.apply({ type: 'flows', flows: [flow(`s${count}`, { node: padding })], dropped: 0 });
    if (count === 10) state.apply({ type: 'alert', event: { type: 'open', alert: alert('amid') }, delayMs: 1 });
    if (count % 100 === 99) await until(() => flowIds(quick.frames.slice(-5)).includes(`s${count}`));
  }
  assert.ok(process.memoryUsage().heapUsed - before < 400e6, 'bounded');
  quick.close();
  socket.on('data', (chunk: string) => {
    received += chunk;
  });
  socket.resume();
  await until(() => received.includes(`"id":"s${total - 1}"`));
  const got = new Set(Array.from(received.matchAll(/"id":"s(\d+)"/g), ([, id]) => Number(id))).size;
  const lost = Array.from(
    received.matchAll(/event: lost\ndata: (.*)/g),
    ([, data]) => JSON.parse(data ?? '').count as number,
  );
  assert.ok(lost.length >= 1);
  assert.equal(got + lost.reduce((sum, count) => sum + count, 0), total);
  assert.ok(received.includes('"id":"amid"'), 'no flood of flows pushes an alert out');
  socket.destroy();
});

test('no more streams are opened than are bearable', async () => {
  const streams = await Promise.all(Array.from({ length: 64 }, () => follow()));
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/stream`);
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /64 streams are open already/);
  for (const stream of streams) stream.close();
  await until(async () => {
    const again = new AbortController();
    const { status } = await fetch(`http://127.0.0.1:${port}/api/v1/stream`, { signal: again.signal });
    again.abort();
    return status === 200;
  });
});
