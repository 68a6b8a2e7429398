import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { testApp } from '../testing/test-app.ts';
import type { Problem } from './api-types.ts';

async function problemOf(url: string, method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS' = 'GET'): Promise<Problem> {
  const { app, errors } = testApp();
  const answer = await app.inject({ url, method });
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8', answer.body);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.deepEqual(errors, []);
  const problem: Problem = answer.json();
  assert.equal(problem.status, answer.statusCode);
  return problem;
}

for (const [url, detail] of [
  ['/api/v1/flows?limit=0', /parameter limit must be a whole number from 1 to 10000, not "0"/],
  ['/api/v1/flows?limit=-1', /limit/],
  ['/api/v1/flows?limit=1e3', /limit/],
  ['/api/v1/flows?limit=', /limit/],
  ['/api/v1/flows?limit=5&limit=6', /parameter limit may be given once/],
  [
    '/api/v1/flows?since=yesterday',
    /parameter since must be an RFC 3339 time .* or a duration before now such as 30s, 5m/,
  ],
  ['/api/v1/flows?until=2026-13-01T00:00:00Z', /until/],
  ['/api/v1/flows?since=5', /since/],
  ['/api/v1/flows?since=-5m', /since/],
  ['/api/v1/flows?protocol=tpc', /protocol must be one of TCP, UDP, ICMP, SCTP, OTHER, not "tpc"/],
  ['/api/v1/flows?port=70000', /port must be a whole number from 0 to 65535/],
  ['/api/v1/flows?namspace=shop', /unknown parameter "namspace"; accepted are since, until, namespace/],
  ['/api/v1/flows?cursor=rubbish', /cursor must be the nextCursor of an earlier answer of flows/],
  [`/api/v1/flows?cursor=${Buffer.from('["edges",4]').toString('base64url')}`, /cursor/],
  [`/api/v1/pods?cursor=${Buffer.from('["pods",{}]').toString('base64url')}`, /cursor/],
  ['/api/v1/pods?since=5m', /unknown parameter "since"/],
  ['/api/v1/status?x=1', /unknown parameter "x"; accepted are none/],
  ['/api/v1/flows?__proto__=1', /unknown parameter "__proto__"/],
  ['/api/v1/flows?constructor=1', /unknown parameter "constructor"/],
  [
    '/api/v1/stream?types=flow,news',
    /types must be one or more of flow, alert, pods, lost, program, divided by commas/,
  ],
  [`/api/v1/flows?namespace=${'x'.repeat(254)}`, /namespace must be a name of 1 to 253 characters, not "x{60}…"/],
  [`/api/v1/flows?${'a=b&'.repeat(3000)}`, /unknown parameter "a"/],
  [`/api/v1/flows?since=${'9d'.repeat(1000)}`, /since/],
] as const) {
  test(`a wrong parameter is named with what is accepted: ${url.slice(0, 70)}`, async () => {
    const problem = await problemOf(url);
    assert.equal(problem.status, 400);
    assert.match(problem.detail ?? '', detail);
    assert.ok((problem.detail ?? '').length < 400);
  });
}

test('an unknown path is a problem too, and says nothing of files', async () => {
  for (const url of ['/', '/api/v1/nothing', '/api/v2/flows', '/../../etc/passwd', '/api/v1/alerts/']) {
    assert.equal((await problemOf(url)).status, 404, url);
  }
});

test('a path that is no UTF-8, or an id too long, is a problem', async () => {
  assert.equal((await problemOf('/api/v1/alerts/%ff%fe')).status, 400);
  assert.equal((await problemOf(`/api/v1/alerts/${'x'.repeat(500)}`)).status, 414);
});

test('nothing can be changed: other methods are refused with Allow', async () => {
  for (const method of ['POST', 'DELETE', 'OPTIONS'] as const) {
    const { app } = testApp();
    const answer = await app.inject({ url: '/api/v1/alerts', method });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, 'GET, HEAD');
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
});

test('HEAD is answered without a body, and a stream has no HEAD', async () => {
  const { app } = testApp();
  assert.equal((await app.inject({ url: '/healthz', method: 'HEAD' })).body, '');
  assert.equal((await app.inject({ url: '/api/v1/stream', method: 'HEAD' })).statusCode, 404);
});

test('an error of our own is a problem that tells nothing, and goes to the log', async () => {
  const { app, state, errors } = testApp();
  const broken = new Error('secret path');
  state.status = () => {
    throw broken;
  };
  const answer = await app.inject('/api/v1/status');
  assert.equal(answer.statusCode, 500);
  assert.doesNotMatch(answer.body, /secret/);
  assert.deepEqual(errors, [broken]);
});

test('what is no HTTP, or too much of it, is answered and does no harm', async () => {
  const { app } = testApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ask = async (bytes: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(bytes);
    return text(socket).catch(() => '');
  };
  try {
    assert.match(
      await ask('\x16\x03\x01\x02\x00\x01\x00'),
      /^HTTP\/1\.1 400 .*problem\+json.*this is not an HTTP request/s,
    );
    assert.match(
      await ask(`GET /api/v1/flows?${'x'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
    assert.match(
      await ask('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 200 /,
    );
  } finally {
    await app.close();
  }
});
