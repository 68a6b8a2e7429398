import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceStatus } from '../testing/samples.ts';
import { testApp } from '../testing/test-app.ts';
import { STALLED_MS } from './health-routes.ts';
import { hostAllowed } from './host-guard.ts';

const TOKEN = { accepts: (header: string | undefined) => header === 'Bearer right' };
const PATHS = ['/api/v1/status', '/api/v1/pods', '/api/v1/stream', '/nothing'];

async function statusOf(access: Parameters<typeof testApp>[0], url: string, headers: Record<string, string> = {}) {
  const { app } = testApp(access);
  return (await app.inject({ url, headers })).statusCode;
}

test('with a token configured the API wants it, on loopback too', async () => {
  for (const url of PATHS) {
    assert.equal(await statusOf({ token: TOKEN }, url), 401, url);
    assert.equal(await statusOf({ token: TOKEN }, url, { authorization: 'Bearer wrong' }), 401, url);
  }
  assert.equal(await statusOf({ token: TOKEN }, '/api/v1/status', { authorization: 'Bearer right' }), 200);
});

test('a refusal says how to send the token and carries no data', async () => {
  const { app } = testApp({ token: TOKEN });
  const answer = await app.inject('/api/v1/status');
  assert.equal(answer.headers['www-authenticate'], 'Bearer realm="netguard"');
  assert.match(answer.json().detail, /Authorization: Bearer <token>/);
});

test('health never wants a token', async () => {
  for (const listenHost of ['127.0.0.1', '0.0.0.0']) {
    assert.equal(await statusOf({ token: TOKEN, listenHost }, '/healthz'), 200);
    assert.equal(await statusOf({ token: TOKEN, listenHost }, '/readyz'), 503, 'not attached yet');
  }
});

test('metrics are plain on loopback and where that is set, else they want the token', async () => {
  assert.equal(await statusOf({ token: TOKEN }, '/metrics'), 200);
  assert.equal(await statusOf({ token: TOKEN, listenHost: '0.0.0.0' }, '/metrics'), 401);
  assert.equal(
    await statusOf({ token: TOKEN, listenHost: '0.0.0.0' }, '/metrics', { authorization: 'Bearer right' }),
    200,
  );
  assert.equal(await statusOf({ token: TOKEN, listenHost: '0.0.0.0', metricsPlain: true }, '/metrics'), 200);
  assert.equal(await statusOf({ token: TOKEN, listenHost: '0.0.0.0', metricsPlain: true }, '/api/v1/status'), 401);
});

test('a page whose name was pointed at loopback gets nothing (DNS rebinding)', async () => {
  for (const url of ['/healthz', '/metrics', '/api/v1/flows']) {
    assert.equal(await statusOf({}, url, { host: 'evil.example:8410' }), 403, url);
    assert.equal(await statusOf({}, url, { host: 'localhost.evil.example' }), 403, url);
    assert.equal(await statusOf({}, url, { host: '127.evil.example' }), 403, url);
    assert.notEqual(await statusOf({}, url, { host: 'localhost:9999' }), 403, url);
  }
  assert.equal(
    await statusOf({ listenHost: '10.0.0.5', token: TOKEN }, '/healthz', { host: 'node.example:8410' }),
    200,
  );
});

for (const [header, allowed] of [
  ['localhost', true],
  ['LOCALHOST:8410', true],
  ['localhost.', true],
  ['127.0.0.1:8410', true],
  ['127.8.9.10', true],
  ['[::1]:8410', true],
  ['my-name:8410', true],
  ['127.0.0.1.evil.example', false],
  ['127.1', false],
  ['[::ffff:8.8.8.8]', false],
  ['localhost:8410@evil.example', false],
  ['evil.example', false],
  ['', false],
  [undefined, false],
] as const) {
  test(`Host "${header}" is ${allowed ? 'allowed' : 'refused'} on loopback`, () => {
    assert.equal(hostAllowed(header, 'my-name'), allowed);
  });
}

test('every answer carries the strict headers and none for other origins', async () => {
  const { app } = testApp();
  for (const url of ['/healthz', '/metrics', '/api/v1/status', '/nothing']) {
    const { headers } = await app.inject({ url, headers: { origin: 'https://evil.example' } });
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('access-control')),
      [],
    );
  }
});

test('readiness follows the programs, and its body says what is degraded', async () => {
  const { app, state } = testApp();
  const ready = async () => {
    const answer = await app.inject('/readyz');
    return [answer.statusCode, answer.json().status];
  };
  assert.deepEqual(await ready(), [503, 'starting']);
  state.apply({ type: 'started', status: sourceStatus });
  assert.deepEqual(await ready(), [200, 'ok']);
  state.concerns.set('x', 'The API server is away.');
  assert.deepEqual(await ready(), [200, 'degraded']);
  assert.deepEqual((await app.inject('/readyz')).json(), { status: 'degraded', degraded: ['The API server is away.'] });
  state.phase = 'stopping';
  assert.deepEqual(await ready(), [503, 'stopping']);
});

test('a process whose Worker fell silent is not healthy', async () => {
  const { app, state, clock } = testApp();
  assert.equal((await app.inject('/healthz')).statusCode, 200);
  state.apply({ type: 'started', status: sourceStatus });
  clock.ms += STALLED_MS + 1;
  const answer = await app.inject('/healthz');
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.json().status, 'stalled');
});
