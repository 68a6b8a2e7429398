import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { ApiServer } from '../testing/api-server.ts';
import { sampleFlow, sampleStatus } from '../testing/samples.ts';
import { ApiClient, connectApi } from './api-client.ts';

test('the status is read', async () => {
  await using api = await ApiServer.start();
  api.json('/api/v1/status', sampleStatus({ node: 'n1' }));
  assert.equal((await new ApiClient(api.url).status()).node, 'n1');
});

test('a list is read page by page, with the query on each', async () => {
  await using api = await ApiServer.start();
  api.on('/api/v1/flows', (_request, response, url) => {
    const second = url.searchParams.get('cursor') === 'c1';
    const page = second ? { items: [sampleFlow({ id: '2' })] } : { items: [sampleFlow({ id: '1' })], nextCursor: 'c1' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
  });
  const flows = await new ApiClient(api.url).all('flows', { namespace: 'shop' });
  assert.deepEqual(
    flows.map(({ id }) => id),
    ['1', '2'],
  );
  assert.deepEqual(
    api.asked.map(({ query }) => [query.get('namespace'), query.get('cursor')]),
    [
      ['shop', null],
      ['shop', 'c1'],
    ],
  );
});

test('a server that repeats its cursor does not hold us for ever', async () => {
  await using api = await ApiServer.start();
  api.json('/api/v1/flows', { items: [sampleFlow()], nextCursor: 'again' });
  assert.equal((await new ApiClient(api.url).all('flows')).length, 2);
});

test('the token is sent, and a refused one is told apart from a missing one', async () => {
  await using api = await ApiServer.start();
  api.json('/api/v1/status', { type: 'about:blank', title: 'Unauthorized', status: 401 }, 401);
  await assert.rejects(new ApiClient(api.url, { token: 't' }).status(), {
    code: 'NG_ERR_CLI_DENIED',
    message: /refused/,
  });
  assert.equal(api.asked[0]?.headers.authorization, 'Bearer t');
  await assert.rejects(new ApiClient(api.url).status(), { code: 'NG_ERR_CLI_DENIED', message: /wants a token/ });
});

test('a problem of the server is told in its own words, without escape sequences', async () => {
  await using api = await ApiServer.start();
  api.json(
    '/api/v1/flows',
    { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'parameter x\x1b[2J' },
    400,
  );
  await assert.rejects(new ApiClient(api.url).all('flows'), {
    code: 'NG_ERR_CLI_RESPONSE',
    message: /parameter x\\x1b\[2J/,
  });
});

test('an answer that is not ours is said to be so', async () => {
  await using api = await ApiServer.start();
  api.on('/api/v1/status', (_request, response) => response.end('<html>'));
  await assert.rejects(new ApiClient(api.url).status(), { code: 'NG_ERR_CLI_RESPONSE', hint: /another program/ });
  api.json('/api/v1/pods', { pods: [] });
  await assert.rejects(new ApiClient(api.url).all('pods'), { code: 'NG_ERR_CLI_RESPONSE' });
});

test('nobody listening says where was asked and how to start one', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  const port = await promise;
  server.close();
  const url = new URL(`http://127.0.0.1:${port}`);
  await assert.rejects(connectApi({ urls: [url], named: false }), {
    code: 'NG_ERR_CLI_UNREACHABLE',
    exitStatus: 1,
    message: `no NetGuard is listening at http://127.0.0.1:${port}`,
    hint: /netguard run/,
  });
});

test('the second default is asked when the first is not there', async () => {
  await using api = await ApiServer.start();
  api.json('/api/v1/status', sampleStatus());
  const client = await connectApi({ urls: [new URL('http://127.0.0.1:1'), api.url], named: false });
  assert.equal(client.url.origin, api.url.origin);
});

test('a stranger on the first port is passed over, and told when there is nothing else', async () => {
  await using stranger = await ApiServer.start();
  await using api = await ApiServer.start();
  api.json('/api/v1/status', sampleStatus());
  assert.equal((await connectApi({ urls: [stranger.url, api.url], named: false })).url.origin, api.url.origin);
  await assert.rejects(connectApi({ urls: [stranger.url], named: false }), { code: 'NG_ERR_CLI_RESPONSE' });
});
