import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { explainError, NetGuardError } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { NodeMetrics } from '../metrics/node-metrics.ts';
import { NodeState } from '../state/node-state.ts';
import { testConfig } from '../testing/settings.ts';
import { tlsPairs } from '../testing/tls-pairs.ts';
import { until } from '../testing/until.ts';
import { findPortHolder } from './port-holder.ts';
import { type HttpServer, startHttpServer } from './server.ts';

const TOKEN = 'a-token-of-enough-length';

let directory: string;
let servers: HttpServer[];
let state: NodeState;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-http-'));
  servers = [];
  state = new NodeState({ config: testConfig(), version: '1' });
});
afterEach(async () => {
  for (const server of servers) await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(server: Partial<Config['server']>): Promise<HttpServer> {
  const started = await startHttpServer({
    server: { ...testConfig().server, ...server },
    state,
    metrics: new NodeMetrics(state),
    audit: () => undefined,
    onError: (error) => assert.fail(String(error)),
  });
  servers.push(started);
  return started;
}

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(`${path}.new`, content);
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
  return path;
}

function tlsFiles(pair: keyof typeof tlsPairs) {
  return { tlsCertFile: file('tls.crt', tlsPairs[pair].cert), tlsKeyFile: file('tls.key', tlsPairs[pair].key) };
}

async function refusal(server: Partial<Config['server']>): Promise<NetGuardError> {
  try {
    await start(server);
  } catch (error) {
    assert.ok(error instanceof NetGuardError, String(error));
    return error;
  }
  return assert.fail('it started');
}

interface TlsAnswer {
  readonly status: number;
  readonly subject: string;
}

function getTls(url: string, headers: Record<string, string> = {}): Promise<TlsAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<TlsAnswer>();
  const asked = request(url, { headers, rejectUnauthorized: false, agent: false }, async (response) => {
    const socket = response.socket as import('node:tls').TLSSocket;
    const subject = String(socket.getPeerCertificate().subject.CN);
    await text(response);
    resolve({ status: response.statusCode ?? 0, subject });
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

test('the URL has the port that was taken, by address and by name', async () => {
  const four = await start({});
  assert.match(four.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await fetch(`${four.url}/healthz`)).status, 200);
  const name = await start({ listen: 'localhost:0' });
  assert.equal((await fetch(`${name.url}/healthz`)).status, 200);
});

for (const listen of ['0.0.0.0:0', '10.0.0.5:8410', '[::]:0', '127.evil.example:0', 'node.example:0']) {
  test(`an address that others can reach (${listen}) needs TLS and a token`, async () => {
    const error = await refusal({ listen });
    assert.equal(error.code, 'NG_ERR_LISTEN_INSECURE');
    assert.match(
      explainError(error),
      /Set server\.tlsCertFile, server\.tlsKeyFile, server\.tokenFile, or listen on 127\.0\.0\.1/,
    );
  });
}

test('only what is missing is asked for', async () => {
  const error = await refusal({ listen: '0.0.0.0:0', ...tlsFiles('one') });
  assert.match(error.hint ?? '', /^Set server\.tokenFile, or/);
});

test('with TLS and a token it listens for others, and wants the token', async () => {
  const { url } = await start({ listen: '0.0.0.0:0', ...tlsFiles('one'), tokenFile: file('token', TOKEN) });
  const local = url.replace('0.0.0.0', '127.0.0.1');
  assert.match(url, /^https:/);
  assert.equal((await getTls(`${local}/healthz`)).status, 200);
  assert.equal((await getTls(`${local}/metrics`)).status, 401);
  assert.equal((await getTls(`${local}/api/v1/status`)).status, 401);
  assert.equal((await getTls(`${local}/api/v1/status`, { authorization: `Bearer ${TOKEN}` })).status, 200);
});

test('a new certificate is used without a restart; a bad one is said and changes nothing', async () => {
  const { url } = await start({ ...tlsFiles('one') });
  const subject = async () => (await getTls(`${url}/healthz`)).subject;
  assert.equal(await subject(), 'netguard-test-one');
  tlsFiles('two');
  await until(async () => (await subject()) === 'netguard-test-two');
  file('tls.key', 'rubbish');
  await until(() => state.concerns.has('tls-files'));
  assert.equal(await subject(), 'netguard-test-two');
  tlsFiles('one');
  await until(async () => (await subject()) === 'netguard-test-one');
  await until(() => !state.concerns.has('tls-files'));
});

test('a new token is used without a restart; an unusable one leaves the old one in force', async () => {
  const tokenFile = file('token', `${TOKEN}\n`);
  const { url } = await start({ tokenFile });
  const ask = async (token: string) =>
    (await fetch(`${url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await ask(TOKEN), 200);
  file('token', 'another-token-of-length');
  await until(async () => (await ask('another-token-of-length')) === 200);
  assert.equal(await ask(TOKEN), 401);
  file('token', '');
  await until(() => state.concerns.has('token-file'));
  assert.equal(await ask('another-token-of-length'), 200);
  assert.equal(await ask(''), 401);
});

test('a token file that cannot be used refuses the start and says how to make one', async () => {
  for (const [content, reason] of [
    ['', /holds 0 characters/],
    ['short', /at least 16/],
    ['two words of enough length', /more than one word/],
  ] as const) {
    const error = await refusal({ tokenFile: file('token', content) });
    assert.equal(error.code, 'NG_ERR_TOKEN_FILE');
    assert.match(error.message, reason);
    assert.match(error.hint ?? '', /urandom/);
  }
  assert.equal((await refusal({ tokenFile: join(directory, 'none') })).code, 'NG_ERR_TOKEN_FILE');
});

test('a certificate and a key that do not belong together refuse the start', async () => {
  const tlsCertFile = file('tls.crt', tlsPairs.one.cert);
  const error = await refusal({ tlsCertFile, tlsKeyFile: file('tls.key', tlsPairs.two.key) });
  assert.equal(error.code, 'NG_ERR_TLS_FILES');
});

test('a busy port is said with who has it and what to do', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await until(() => holder.listening);
  const { port } = holder.address() as AddressInfo;
  try {
    assert.equal(findPortHolder(port)?.pid, process.pid);
    const error = await refusal({ listen: `127.0.0.1:${port}` });
    assert.equal(error.code, 'NG_ERR_LISTEN');
    assert.match(
      error.message,
      new RegExp(`port ${port} is in use \\(by pid ${process.pid}, .+\\); choose another with --listen`),
    );
  } finally {
    holder.close();
  }
  assert.equal(findPortHolder(port), undefined);
});

test('an address that is not ours is said', async () => {
  const error = await refusal({ listen: '203.0.113.1:0', ...tlsFiles('one'), tokenFile: file('token', TOKEN) });
  assert.equal(error.code, 'NG_ERR_LISTEN');
  assert.match(error.message, /does not have that address/);
});

test('closing ends open streams at once', async () => {
  const { url, close } = await start({});
  const stream = await fetch(`${url}/api/v1/stream`);
  const began = Date.now();
  await close();
  assert.ok(Date.now() - began < 1500);
  await stream.body?.cancel();
});
