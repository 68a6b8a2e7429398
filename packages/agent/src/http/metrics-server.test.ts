import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { NetGuardError } from '@netguard/core';
import { NodeMetrics } from '../metrics/node-metrics.ts';
import { NodeState } from '../state/node-state.ts';
import { testConfig } from '../testing/settings.ts';
import { until } from '../testing/until.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { HttpServer } from './server.ts';

let servers: HttpServer[];
let state: NodeState;

beforeEach(() => {
  servers = [];
  state = new NodeState({ config: testConfig(), version: '1' });
});
afterEach(async () => {
  for (const server of servers) await server.close();
});

async function start(listen: string): Promise<HttpServer> {
  const metrics = new NodeMetrics(state);
  const started = await startMetricsServer({ listen, state, metrics, onError: (error) => assert.fail(String(error)) });
  servers.push(started);
  return started;
}

/** The same server by its loopback address. */
function local({ url }: HttpServer): string {
  return `http://127.0.0.1:${new URL(url).port}`;
}

test('without an address it answers at every one: metrics and probes, plain', async () => {
  const server = await start(':0');
  assert.match(server.url, /^http:\/\/(?:\[::\]|0\.0\.0\.0):\d+$/);
  const metrics = await fetch(`${local(server)}/metrics`);
  assert.equal(metrics.status, 200);
  assert.match(await metrics.text(), /netguard_build_info/);
  assert.equal((await fetch(`${local(server)}/healthz`)).status, 200);
  assert.equal((await fetch(`${local(server)}/readyz`)).status, 503);
});

test('nothing else is served, and nothing can be changed', async () => {
  const server = await start(':0');
  for (const path of ['/api/v1/status', '/api/v1/alerts', '/api/v1/stream']) {
    const answer = await fetch(local(server) + path);
    assert.equal(answer.status, 404, path);
    assert.match(await answer.text(), /only \/metrics, \/healthz and \/readyz are served here/);
  }
  const change = await fetch(`${local(server)}/api/v1/silences`, { method: 'POST', body: '{}' });
  assert.equal(change.status, 405);
});

test('on loopback the page of another site is refused by its Host header', async () => {
  const server = await start('127.0.0.1:0');
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(`${server.url}/metrics`, { headers: { host: 'evil.example' } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  })
    .on('error', reject)
    .end();
  assert.equal(await promise, 403);
});

test('a busy port is said with the key to change', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await until(() => holder.listening);
  const { port } = holder.address() as AddressInfo;
  try {
    await assert.rejects(start(`127.0.0.1:${port}`), (error) => {
      assert.ok(error instanceof NetGuardError);
      assert.equal(error.code, 'NG_ERR_LISTEN');
      assert.match(error.message, /is in use.*choose another with metrics\.listen/);
      return true;
    });
  } finally {
    holder.close();
  }
});

test('closing frees the port', async () => {
  const server = await start('127.0.0.1:0');
  await (await fetch(`${server.url}/healthz`)).text();
  await server.close();
  await assert.rejects(fetch(`${server.url}/healthz`));
});
