import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { refuse } from '../testing/api-server-double.ts';
import { testApp } from '../testing/test-app.ts';
import { TokenReview } from './token-review.ts';

const PROMETHEUS = 'a.prometheus.c';
const STRANGER = 'a.stranger.c';
const OTHER = 'a.other.c';
const extra = { 'authentication.kubernetes.io/pod-name': ['prometheus-0'] };
const user = (username: string) => ({ username, uid: 'u', groups: ['system:serviceaccounts'], extra });

/** Knows two service accounts, one of which may get /metrics; as the reviews of a real API server answer. */
const server = createServer((request, response) => void answer(request, response));
let asked: { url: string; spec: Record<string, unknown> }[];
let fault: ((response: ServerResponse) => void) | undefined;
let nowMs: number;
let problems: (string | null)[];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { spec } = JSON.parse(body);
  asked.push({ url: request.url ?? '', spec });
  if (fault !== undefined) return fault(response);
  const reply = (status: object) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ spec, status }));
  };
  if (request.url === '/apis/authorization.k8s.io/v1/subjectaccessreviews') {
    const isRead = spec.nonResourceAttributes?.path === '/metrics' && spec.nonResourceAttributes.verb === 'get';
    reply({ allowed: isRead && spec.user === 'prometheus' });
  } else if (spec.token === PROMETHEUS) reply({ authenticated: true, user: user('prometheus') });
  else if (spec.token === OTHER) reply({ authenticated: true, user: user('other') });
  else reply({ authenticated: false, error: 'invalid bearer token' });
}

beforeEach(async () => {
  [asked, problems, fault, nowMs] = [[], [], undefined, 1_000_000];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function review(isFollowed = true): TokenReview {
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const access = { server: url, options: async () => ({}), renew: () => {} };
  return new TokenReview({
    apiServer: () => (isFollowed ? access : undefined),
    onProblem: (sentence) => problems.push(sentence),
    now: () => nowMs,
  });
}

const judge = (of: TokenReview, token: string) => of.judge(`Bearer ${token}`, '/metrics');

test('a bearer that may read metrics is let in, one that may not and one that is nobody are not', async () => {
  const of = review();
  assert.deepEqual(await Promise.all([PROMETHEUS, OTHER, STRANGER].map((token) => judge(of, token))), [
    'allowed',
    'forbidden',
    'unknown',
  ]);
  const access = asked.find(({ url, spec }) => url.includes('subjectaccessreviews') && spec.user === 'prometheus');
  assert.deepEqual(access?.spec, {
    user: 'prometheus',
    uid: 'u',
    groups: ['system:serviceaccounts'],
    extra,
    nonResourceAttributes: { path: '/metrics', verb: 'get' },
  });
});

test('answers are kept for a minute when they allow, for ten seconds when not, and asked for once at a time', async () => {
  const of = review();
  await Promise.all([judge(of, PROMETHEUS), judge(of, PROMETHEUS), judge(of, OTHER)]);
  assert.equal(asked.length, 4);
  nowMs += 9000;
  await Promise.all([judge(of, PROMETHEUS), judge(of, OTHER)]);
  assert.equal(asked.length, 4);
  nowMs += 2000;
  await Promise.all([judge(of, PROMETHEUS), judge(of, OTHER)]);
  assert.equal(asked.length, 6);
  nowMs += 50_000;
  await judge(of, PROMETHEUS);
  assert.equal(asked.length, 8);
});

test('what is no token of a cluster is not asked about, and made-up ones only so often', async () => {
  const of = review();
  for (const token of ['', 'x', 'a.b', `${'a'.repeat(20_000)}.b.c`, 'a.b.c.d']) {
    assert.equal(await judge(of, token), 'unknown');
  }
  assert.equal(asked.length, 0);
  for (let nth = 0; nth < 50; nth++) await judge(of, `a.b${nth}.c`);
  assert.equal(asked.length, 10);
  assert.equal(await judge(of, 'a.more.c'), 'unavailable');
  nowMs += 1000;
  assert.equal(await judge(of, 'a.more.c'), 'unknown');
});

test('an API server that does not answer, refuses or is not followed lets nobody in, and is said', async () => {
  fault = (response) => void response.destroy();
  assert.equal(await judge(review(), PROMETHEUS), 'unavailable');
  fault = (response) => refuse(response, 403, 'Forbidden', 'tokenreviews is forbidden');
  const of = review();
  assert.equal(await judge(of, PROMETHEUS), 'unavailable');
  assert.match(problems.at(-1) ?? '', /forbidden\. Allow the verb create on tokenreviews and subjectaccessreviews/);
  fault = undefined;
  assert.equal(await judge(of, PROMETHEUS), 'allowed');
  assert.equal(problems.at(-1), null);
  assert.equal(await judge(review(false), PROMETHEUS), 'unavailable');
  assert.match(problems.at(-1) ?? '', /is not followed/);
});

test('the port of the API takes such tokens for metrics alone', async () => {
  const { app } = testApp({ listenHost: '0.0.0.0', token: { accepts: () => false }, review: review() });
  const status = async (url: string, token: string) =>
    (await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode;
  assert.deepEqual(
    [await status('/metrics', PROMETHEUS), await status('/metrics', OTHER), await status('/metrics', STRANGER)],
    [200, 403, 401],
  );
  assert.equal(await status('/api/v1/status', PROMETHEUS), 401);
  fault = (response) => void response.destroy();
  assert.equal(await status('/metrics', 'a.new.c'), 503);
});
