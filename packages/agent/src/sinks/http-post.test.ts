import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { RecordingServer } from '../testing/recording-server.ts';
import { tlsPairs } from '../testing/tls-pairs.ts';
import { type HttpAccess, postJson } from './http-post.ts';
import type { DeliveryError } from './sink.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-post-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

const post = (url: string, access: Partial<HttpAccess> = {}, signal = AbortSignal.timeout(30_000)) =>
  postJson({
    url: new URL(url),
    body: '{"a":"ü"}',
    access: { allowLinkLocal: false, ...access },
    version: '9',
    signal,
  });

async function failure(promise: Promise<unknown>): Promise<DeliveryError> {
  return promise.then(
    () => assert.fail('it should have thrown'),
    (error: DeliveryError) => error,
  );
}

test('a POST carries JSON, its length in bytes and who sends it', async () => {
  await using server = await RecordingServer.listen();
  assert.equal(await post(`${server.url}/a/b?c=d`), '{}');
  const [{ method, path, headers, body } = assert.fail()] = server.got;
  assert.deepEqual([method, path, body], ['POST', '/a/b?c=d', '{"a":"ü"}']);
  assert.deepEqual(
    [headers['content-type'], headers['content-length'], headers['user-agent'], headers.authorization],
    ['application/json', '10', 'netguard/9', undefined],
  );
});

test('credentials come from files, and from the changed file at the next request', async () => {
  await using server = await RecordingServer.listen();
  const bearerTokenFile = write('token', 'first\n');
  await post(server.url, { bearerTokenFile });
  write('token', 'second');
  await post(server.url, { bearerTokenFile });
  await post(server.url, { basicAuthFile: write('basic', 'ann:s3cret\n') });
  assert.deepEqual(
    server.got.map(({ headers }) => headers.authorization),
    ['Bearer first', 'Bearer second', `Basic ${Buffer.from('ann:s3cret').toString('base64')}`],
  );
});

test('a secret that cannot be used is no request and is tried again', async () => {
  await using server = await RecordingServer.listen();
  for (const bearerTokenFile of [
    join(directory, 'none'),
    write('empty', '\n'),
    write('two', 'a\nb'),
    write('nul', 'a\u0001b'),
  ]) {
    const error = await failure(post(server.url, { bearerTokenFile }));
    assert.deepEqual([error.code, error.final], ['NG_ERR_SINK_SECRET', false]);
    assert.match(error.message, new RegExp(bearerTokenFile));
  }
  assert.equal(server.got.length, 0);
});

for (const [status, final] of [
  [400, true],
  [401, true],
  [404, true],
  [413, true],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
  [301, false],
] as const) {
  test(`${status} is ${final ? 'final' : 'tried again'}, with the first line of the answer`, async () => {
    await using server = await RecordingServer.listen();
    server.respond = (_, reply) => {
      reply.writeHead(status, { location: '/elsewhere', 'retry-after': '7' });
      reply.end('no\u001b[2J such\nsecond line');
    };
    const error = await failure(post(server.url));
    assert.equal(error.final, final);
    assert.match(error.message, new RegExp(`answered ${status}.*: no \\[2J such$`));
    assert.equal(error.retryAfterMs, 7000);
    assert.equal(server.got.length, 1, 'no redirect is followed');
  });
}

test('TLS: a certificate of an unknown signer is refused, one of the given CA is taken, and the CA file is read each time', async () => {
  await using server = await RecordingServer.listen({ tls: tlsPairs.one });
  const unknown = await failure(post(server.url));
  assert.match(unknown.message, /self-signed certificate/);
  const tlsCaFile = write('ca.pem', tlsPairs.two.cert);
  await failure(post(server.url, { tlsCaFile }));
  write('ca.pem', tlsPairs.one.cert);
  await post(server.url, { tlsCaFile });
  assert.equal(server.got.length, 1);
});

test('silence is waited for no longer than the signal says; so is an answer that never ends', async () => {
  await using server = await RecordingServer.listen();
  server.respond = () => undefined;
  const reason = new Error('late');
  await assert.rejects(post(server.url, {}, abortSoon(reason)), reason);
  server.respond = (_, reply) => void reply.write('x');
  await assert.rejects(post(server.url, {}, abortSoon(reason)), reason);
});

test('a handshake that never comes is waited for no longer than the signal says', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const { port } = silent.address() as { port: number };
    const reason = new Error('late');
    await assert.rejects(post(`https://127.0.0.1:${port}`, {}, abortSoon(reason)), reason);
  } finally {
    silent.close();
  }
});

test('a huge answer is not kept', async () => {
  await using server = await RecordingServer.listen();
  server.respond = (_, reply) => void reply.end('x'.repeat(3_000_000));
  assert.equal((await post(server.url)).length, 4096);
});

function abortSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 50);
  return controller.signal;
}
