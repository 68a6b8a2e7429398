import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alert } from '../testing/samples.ts';
import { type TestApp, testApp } from '../testing/test-app.ts';

const ADMIN = { accepts: (header: string | undefined) => header === 'Bearer admin' };
const READER = { accepts: (header: string | undefined) => header === 'Bearer reader' };
const JSON_TYPE = { 'content-type': 'application/json' };

function withAlert(access: Parameters<typeof testApp>[0] = {}): TestApp {
  const made = testApp(access);
  made.state.apply({ type: 'alert', event: { type: 'open', alert: alert('a1') }, delayMs: 1 });
  return made;
}

async function ack(
  { app }: TestApp,
  headers: Record<string, string> = JSON_TYPE,
  more: { remoteAddress?: string } = {},
): Promise<{ status: number; detail: string }> {
  const payload = JSON.stringify({ by: 'ann' });
  const answer = await app.inject({ method: 'POST', url: '/api/v1/alerts/a1/ack', headers, payload, ...more });
  return { status: answer.statusCode, detail: answer.json().detail ?? '' };
}

test('without any token, changes are taken from this machine to a server on loopback', async () => {
  assert.equal((await ack(withAlert())).status, 200);
  assert.equal((await ack(withAlert(), JSON_TYPE, { remoteAddress: '::1' })).status, 200);
  assert.equal((await ack(withAlert(), JSON_TYPE, { remoteAddress: '::ffff:127.0.0.1' })).status, 200);
  const other = await ack(withAlert(), JSON_TYPE, { remoteAddress: '10.0.0.9' });
  assert.deepEqual([other.status, /set server\.adminTokenFile/.test(other.detail)], [403, true]);
});

test('a token that may read may not change', async () => {
  const open = await ack(withAlert({ token: READER }), { ...JSON_TYPE, authorization: 'Bearer reader' });
  assert.equal(open.status, 403);
  assert.match(open.detail, /set server\.adminTokenFile/);
  const both = withAlert({ token: READER, adminToken: ADMIN, listenHost: '0.0.0.0' });
  const reader = await ack(both, { ...JSON_TYPE, authorization: 'Bearer reader' });
  assert.match(reader.detail, /may only read/);
  assert.equal(reader.status, 403);
  assert.equal((await ack(both)).status, 401);
  assert.equal((await ack(both, { ...JSON_TYPE, authorization: 'Bearer admin' })).status, 200);
});

test('an admin token is asked for on loopback too, once there is one, and may read as well', async () => {
  const made = withAlert({ adminToken: ADMIN, token: READER });
  assert.equal((await ack(made)).status, 401);
  const read = async (token: string) =>
    (await made.app.inject({ url: '/api/v1/alerts', headers: { authorization: `Bearer ${token}` } })).statusCode;
  assert.deepEqual([await read('admin'), await read('reader'), await read('none')], [200, 200, 401]);
});

test('what the page of another site can make a browser send changes nothing', async () => {
  const made = withAlert();
  for (const headers of [
    { ...JSON_TYPE, origin: 'https://evil.example' },
    { ...JSON_TYPE, origin: 'null' },
    { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' },
    { ...JSON_TYPE, 'sec-fetch-site': 'same-site' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { ...JSON_TYPE, host: 'evil.example' },
  ]) {
    assert.equal((await ack(made, headers)).status, 403, JSON.stringify(headers));
  }
  assert.equal(made.state.alerts.find('a1')?.acknowledgedBy, undefined);
  assert.equal(made.audited.length, 7, 'a foreign Host is refused before');
  assert.equal((await ack(made, { ...JSON_TYPE, origin: 'http://localhost:80', host: 'localhost' })).status, 200);
});

test('with the custom header and a body that is no JSON it is no change either', async () => {
  const made = withAlert();
  const headers = { 'x-netguard-request': '1', 'content-type': 'text/plain' };
  assert.equal((await ack(made, headers)).status, 415);
});

test('who changed what is written, and who was not let', async () => {
  const made = withAlert();
  await ack(made);
  const [done] = made.audited;
  assert.deepEqual(
    [done?.action, done?.by, done?.access, done?.outcome, done?.id, done?.rule],
    ['alert.ack', 'ann', 'this-machine', 'done', 'a1', 'syn-flood'],
  );
  assert.match(done?.remote ?? '', /127\.0\.0\.1/);
  const guarded = withAlert({ adminToken: ADMIN });
  await ack(guarded);
  const [refused] = guarded.audited;
  assert.deepEqual(
    [refused?.action, refused?.access, refused?.outcome],
    ['POST /api/v1/alerts/:id/ack', 'none', 'refused'],
  );
});

test('a path tells what it answers to', async () => {
  const { app } = testApp();
  for (const [method, url, allow] of [
    ['PUT', '/api/v1/silences', 'GET, HEAD, POST'],
    ['POST', '/api/v1/silences/x', 'GET, HEAD, DELETE'],
    ['DELETE', '/api/v1/alerts/x/ack', 'POST'],
    ['POST', '/api/v1/flows', 'GET, HEAD'],
  ] as const) {
    const answer = await app.inject({ method, url });
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, allow], url);
  }
});
